"""CVAT's agent, without a server: its worker begins to track shapes and goes on, as it would.

Needs ovos and cvat-cli in one environment.
"""

import uuid
from importlib.metadata import version

import numpy as np
from cvat_cli._internal import agent_driver, agent_driver_tracking
from cvat_cli._internal.common import FunctionLoader
from cvat_sdk.auto_annotation import TrackableShape
from cvat_sdk.masks import decode_mask, encode_mask
from PIL import Image

from ovos_cli.media.open_source import open_source
from tests.conftest import SAMPLES

print("cvat-cli", version("cvat-cli"), "cvat-sdk", version("cvat-sdk"))
loader = FunctionLoader("ovos_cli.cvat", None, {"size": 240, "device": "cpu"})
function = loader.load()
agent_driver.set_worker_current_function(function)
driver = agent_driver_tracking.AgentTrackingFunctionDriver
driver.init_worker(lambda: str(uuid.uuid4()))
print("registered as", driver.FUNCTION_KIND, driver.get_remote_function_fields(function.spec))

reader = open_source(SAMPLES / "bunny.mp4", end=6)
images = [Image.fromarray(frame.image) for frame in reader]
first = np.array(Image.open(SAMPLES / "bunny_objects.png"))
masks = [first == ident for ident in np.unique(first) if ident]
shapes = [TrackableShape(type="mask", points=encode_mask(mask)) for mask in masks]
states = agent_driver_tracking._worker_job_init_tracking(1, images[0], shapes)
for image in images[1:]:
    found = agent_driver_tracking._worker_job_track(1, image, states)
truth = np.array(Image.open(SAMPLES / "truth/00006.png"))
size = {"image_width": truth.shape[1], "image_height": truth.shape[0]}
for ident, shape in zip(np.unique(first[first > 0]), found, strict=True):
    mask, right = decode_mask(shape.points, **size), truth == ident
    overlap = (mask & right).sum() / (mask | right).sum()
    print(f"object {ident} in frame 6: IoU with the true mask {overlap:.3f}")
    assert overlap > 0.7
