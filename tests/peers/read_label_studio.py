"""label-studio-sdk: brushes decode to the true masks, and both kinds of tasks are valid."""

import json
from importlib.metadata import version

from label_studio_sdk.converter import brush
from label_studio_sdk.label_interface import LabelInterface
from truth import equal, shots

print("label-studio-sdk", version("label-studio-sdk"))
for shot in shots():
    place, found = shot / "label-studio", {}
    for task in json.loads((place / "images.json").read_text()):
        name = task["data"]["image"].removesuffix(".png")
        for result in task["annotations"][0]["result"]:
            size = result["original_height"], result["original_width"]
            decoded = brush.decode_rle(result["value"]["rle"]).reshape(*size, 4)[:, :, 3] > 0
            found[name, int(result["meta"]["text"][0].removeprefix("object "))] = decoded
    print(f"{shot.name}: {equal(found, shot)} brushes are equal")
    for kind in ("images", "video"):
        interface = LabelInterface((place / f"{kind}.xml").read_text())
        tasks = json.loads((place / f"{kind}.json").read_text())
        for task in tasks:
            result = task["annotations"][0]["result"]
            if result:
                errors = interface.validate_prediction(
                    {"model_version": "ovos", "score": 1.0, "result": result}, return_errors=True
                )
                assert not errors, errors[:3]
        print(f"{shot.name}: {kind}: {len(tasks)} tasks are valid")
