"""What was said of which object, from options in their order."""

from collections.abc import Iterable
from dataclasses import replace

from models.clicks.prompt import Click, Prompt
from models.errors import InputError
from ovos_cli.shot.annotations import MOST_IDS


def prompts_of(given: Iterable[tuple[str, str]]) -> dict[int, Prompt]:
    """Each object's prompt, in the order in which objects were first named.

    Args:
        given: names and values of options: `object` 2, `box` 10,20,200,220, `point` and `not_`
            30,40, `pick` 3. All that comes after an object's number is said of it; before any, of
            object 1.

    Raises:
        InputError: a value cannot be read, is given twice where one is meant; an object has nothing
            said of it.
    """
    ident, prompts = 1, dict[int, Prompt]()
    for name, text in given:
        if name == "object":
            ident = _ident(text)
        known = prompts.setdefault(ident, Prompt())
        match name:
            case "box":
                _once(known.box, "--box", ident)
                known = replace(known, box=_box(text))
            case "pick":
                _once(known.proposal, "--pick", ident)
                known = replace(known, proposal=_numbers("--pick", text, "3")[0])
            case "point" | "not_":
                x, y = _numbers("--point" if name == "point" else "--not", text, "120,80")
                known = replace(known, clicks=(*known.clicks, Click(x, y, name == "point")))
        prompts[ident] = known
    for ident, prompt in prompts.items():
        if prompt == Prompt():
            raise InputError(
                f"nothing is said of object {ident}: add --box, --point or --pick after --object "
                f"{ident}"
            )
    return prompts


def _ident(text: str) -> int:
    (ident,) = _numbers("--object", text, "2")
    if not 1 <= ident <= MOST_IDS:
        raise InputError(f"--object {ident}: objects have numbers from 1 to {MOST_IDS}")
    return ident


def _box(text: str) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = _numbers("--box", text, "10,20,200,220")
    return x0, y0, x1, y1


def _numbers(option: str, text: str, example: str) -> list[int]:
    try:
        found = [int(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) != example.count(",") + 1:
        raise InputError(f"{option} {text} cannot be read; it looks like {option} {example}")
    return found


def _once(before: object, option: str, ident: int) -> None:
    if before is not None:
        raise InputError(
            f"object {ident} has {option} twice; --object NUMBER begins the next object"
        )
