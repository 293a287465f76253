"""What `ovos_cli` exports to Python."""

import subprocess
import sys

import pytest

import models
import ovos_cli


@pytest.mark.parametrize("package", [ovos_cli, models])
def test_every_public_name_is_there(package) -> None:  # type: ignore[no-untyped-def]
    assert all(getattr(package, name) is not None for name in package.__all__)
    assert dir(package) == sorted(package.__all__)
    with pytest.raises(AttributeError, match=f"'{package.__name__}' has no attribute 'Segmentor'"):
        _ = package.Segmentor


def test_the_command_package_exports_what_the_models_do() -> None:
    assert {*models.__all__} < {*ovos_cli.__all__}
    assert all(getattr(models, name) is getattr(ovos_cli, name) for name in models.__all__)


def test_importing_it_does_not_wait_for_torch() -> None:
    code = (
        "import sys, ovos_cli; ovos_cli.InputError, ovos_cli.Precision, ovos_cli.MemoryPolicy; "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
