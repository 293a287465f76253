"""cvat-sdk: its decoder of masks gives the true ones of ours."""

from importlib.metadata import version
from xml.etree import ElementTree

from cvat_sdk.masks import decode_mask, encode_mask
from truth import equal, shots, truth

print("cvat-sdk", version("cvat-sdk"))
for shot in shots():
    height, width = next(iter(truth(shot).values())).shape
    found = {}
    for image in ElementTree.parse(shot / "cvat-images.xml").getroot().iter("image"):
        for mask in image.iter("mask"):
            left, top = int(mask.get("left")), int(mask.get("top"))
            right, bottom = left + int(mask.get("width")) - 1, top + int(mask.get("height")) - 1
            points = [*map(int, mask.get("rle").split(",")), left, top, right, bottom]
            decoded = decode_mask(points, image_width=width, image_height=height)
            assert encode_mask(decoded) == points
            found[image.get("name").removeprefix("frame_0"), int(mask.get("group_id"))] = decoded
    print(f"{shot.name}: {equal(found, shot)} masks are equal, and encoded to the same numbers")
