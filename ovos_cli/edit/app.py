"""The routes of the editor: what each of them takes and gives."""

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from models.clicks.prompt import Prompt
from models.errors import InputError
from ovos_cli.edit import wire
from ovos_cli.edit.endpoints import Answer, Asked, Endpoint, endpoint, no_such, refused
from ovos_cli.edit.session import Session, Writer

PAGE = Path(__file__).parent / "page"
_LONGEST_NAME = 255


def get_shot(session: Session, asked: Asked) -> Response:
    """GET /api/shot[?again=1]: what a page begins with. The newest window that asks may write.

    again: it was there before, and has found the server once more.
    """
    if session.windows.open(asked.window, again="again" in asked.values):
        session.events.tell("shot")
    return JSONResponse(session.shot(asked.window))


def get_timeline(session: Session, asked: Asked) -> Response:
    """GET /api/timeline: objects by id, {seen, confidence, given, absent}; known, locked, cuts,
    stale frames; look_at, the most doubtful first."""
    return JSONResponse(session.timeline())


def get_frame(session: Session, asked: Asked) -> Response:
    """GET /api/frames/N[?width=W]: a JPEG. One in full size is made ready for clicks."""
    width = wire.number_or_none(asked.values, "width")
    content = session.frames.jpeg(asked.frame, width)
    if width is None:
        session.look_at(asked.frame)
    return Response(content, media_type="image/jpeg")


def get_masks(session: Session, asked: Asked) -> Response:
    """GET /api/masks/N: ids, one byte a pixel, gzip; 204 where nothing is known.

    X-Ovos-Origin: JSON, where each object's mask comes from. X-Ovos-Stale: 1 where they no longer
    follow from what is given.
    """
    shown = session.shown.masks(asked.frame)
    if shown is None:
        return Response(status_code=204)
    headers = {
        "X-Ovos-Origin": json.dumps({str(i): whence for i, whence in shown.origin.items()}),
        "X-Ovos-Stale": str(int(shown.stale)),
    }
    return _pixels(shown.ids, headers)


def put_mask(writer: Writer, session: Session, asked: Asked) -> Response:
    """PUT /api/masks/N?object=ID: 0 and 1, one byte a pixel, gzip: gives or corrects one object.

    It is on disk before the answer, which is the timeline.
    """
    mask = wire.unpacked(asked.body, session.frames.size)
    session.frames.frame(asked.frame)  # there must be one
    writer.edited.give(asked.frame, wire.object_id(asked.values), mask)
    return _said(writer, session)


def delete_mask(writer: Writer, session: Session, asked: Asked) -> Response:
    """DELETE /api/masks/N[?object=ID]: takes back what was given there."""
    ident = wire.object_id(asked.values) if "object" in asked.values else None
    writer.edited.take_back(asked.frame, ident)
    return _said(writer, session)


def post_click(writer: Writer, session: Session, asked: Asked) -> Response:
    """POST /api/click {frame, object, box, clicks, pick, from, preview}: what it takes, 0 and 1.

    Nothing is kept. from: `known` begins with the mask that is shown, `nothing` anew. preview:
    true where the pointer only rests there.
    """
    fields = asked.fields
    begin, preview = fields.get("from", "nothing"), fields.get("preview", False)
    if begin not in ("nothing", "known"):
        raise InputError("'from' should be nothing or known")
    if type(preview) is not bool:
        raise InputError("'preview' should be true or false")
    prompt = Prompt(
        wire.box_of(fields), wire.clicks_of(fields), wire.number_or_none(fields, "pick")
    )
    frame, ident = wire.whole_number(fields, "frame"), wire.object_id(fields)
    known = begin == "known"
    mask = writer.click(frame, ident, prompt, known=known, preview=preview, gone=asked.gone)
    return _pixels(mask)


def get_proposals(writer: Writer, session: Session, asked: Asked) -> Response:
    """GET /api/proposals/N: what a click's `pick` chooses by its number, from 0: {box, score}."""
    found = writer.proposals(asked.frame)
    pairs = zip(found.boxes.round().astype(int).tolist(), found.scores.tolist(), strict=True)
    return JSONResponse([{"box": box, "score": wire.sure(score)} for box, score in pairs])


def post_object(writer: Writer, session: Session, asked: Asked) -> Response:
    """POST /api/objects {name?, color?}: a new object, with no mask yet."""
    ident = writer.edited.add_object(_label(asked.fields))
    return _named(session, ident)


def patch_object(writer: Writer, session: Session, asked: Asked) -> Response:
    """PATCH /api/objects/ID {name?, color?}."""
    ident = wire.object_id(asked.values)
    writer.edited.name_object(ident, _label(asked.fields))
    return _named(session, ident)


def delete_object(writer: Writer, session: Session, asked: Asked) -> Response:
    """DELETE /api/objects/ID: all that was given of it goes."""
    writer.edited.remove_object(wire.object_id(asked.values))
    session.events.tell("shot")
    return _said(writer, session)


def post_absent(writer: Writer, session: Session, asked: Asked) -> Response:
    """POST /api/absent {object, first, last}: out of sight; last null: until it is given again."""
    fields = asked.fields
    first, last = wire.whole_number(fields, "first"), wire.number_or_none(fields, "last")
    writer.edited.absent(wire.object_id(fields), first, last)
    return _said(writer, session)


def delete_absent(writer: Writer, session: Session, asked: Asked) -> Response:
    """DELETE /api/absent {object, first}: takes that back."""
    fields = asked.fields
    writer.edited.present(wire.object_id(fields), wire.whole_number(fields, "first"))
    return _said(writer, session)


def post_lock(writer: Writer, session: Session, asked: Asked) -> Response:
    """POST /api/lock {first, last}: what is shown there is final."""
    first, last = _range(asked)
    with writer.following.paused():
        writer.edited.lock(first, last)
    return _said(writer, session)


def post_unlock(writer: Writer, session: Session, asked: Asked) -> Response:
    """POST /api/unlock {first, last}."""
    first, last = _range(asked)
    with writer.following.paused():
        writer.edited.unlock(first, last)
    return _said(writer, session)


def post_upload(writer: Writer, session: Session, asked: Asked) -> Response:
    """POST /api/upload?frame=N[&object=ID][&name=FILE]: a picture with masks, as `--mask` takes it.

    name: that people know it by, for messages.
    """
    name = asked.values.get("name", "")[:_LONGEST_NAME] or "that was uploaded"
    ident = wire.object_id(asked.values) if "object" in asked.values else None
    session.frames.frame(asked.frame)
    with tempfile.TemporaryDirectory(prefix="ovos-") as folder:
        file = Path(folder) / "uploaded"
        file.write_bytes(asked.body)

        def named(text: str) -> str:
            return text.replace(str(file), name)

        try:
            doubt = writer.edited.upload(asked.frame, file, ident)
        except InputError as error:
            raise InputError(named(str(error))) from error
    if doubt:
        writer.edited.run.given.doubts.append(f"frame {asked.frame}: {named(doubt)}")
    session.events.tell("shot")
    return _said(writer, session)


def post_follow(writer: Writer, session: Session, asked: Asked) -> Response:
    """POST /api/follow {first, last}: forward from a frame on, backward to one, or all: nulls."""
    fields = asked.fields
    first, last = wire.number_or_none(fields, "first"), wire.number_or_none(fields, "last")
    writer.edited.check_frames(session.frames.first if first is None else first, last)
    writer.following.start(first, last)
    return JSONResponse(writer.following.progress)


def post_stop(writer: Writer, session: Session, asked: Asked) -> Response:
    """POST /api/stop: after the frame that is being computed; what is done is kept."""
    writer.following.stop()
    return JSONResponse(writer.following.progress)


async def get_events(request: Request) -> Response:
    """GET /api/events: `here`, and from then on `frame` {frame}, `following` {…}; `timeline` and
    `shot`: fetch it anew."""
    session: Session = request.app.state.session
    return StreamingResponse(session.events.stream(), media_type="text/event-stream")


async def get_page(request: Request) -> Response:
    """GET /: the page, which needs no token; it keeps the one in its address."""
    return FileResponse(PAGE / "index.html")


def editor(session: Session, *, debug: bool = False) -> Starlette:
    """The application, for one shot; `Guard` says who may ask it.

    Args:
        debug: print where faults come from.
    """
    height, width = session.frames.size
    most_mask = wire.most_packed((height, width))

    def looks(answer: Answer) -> Endpoint:
        return endpoint(answer, wire.MOST_JSON, debug=debug)

    def writes(
        answer: Callable[[Writer, Session, Asked], Response], most: int = wire.MOST_JSON
    ) -> Endpoint:
        def guarded(session: Session, asked: Asked) -> Response:
            session.windows.check(asked.window)
            return answer(session.writing, session, asked)

        return endpoint(guarded, most, debug=debug)

    routes: list[BaseRoute] = [
        Route("/api/shot", looks(get_shot)),
        Route("/api/timeline", looks(get_timeline)),
        Route("/api/frames/{frame}", looks(get_frame)),
        Route("/api/masks/{frame}", looks(get_masks), methods=["GET"]),
        Route("/api/masks/{frame}", writes(put_mask, most_mask), methods=["PUT"]),
        Route("/api/masks/{frame}", writes(delete_mask), methods=["DELETE"]),
        Route("/api/click", writes(post_click), methods=["POST"]),
        Route("/api/proposals/{frame}", writes(get_proposals), methods=["GET"]),
        Route("/api/objects", writes(post_object), methods=["POST"]),
        Route("/api/objects/{object}", writes(patch_object), methods=["PATCH"]),
        Route("/api/objects/{object}", writes(delete_object), methods=["DELETE"]),
        Route("/api/absent", writes(post_absent), methods=["POST"]),
        Route("/api/absent", writes(delete_absent), methods=["DELETE"]),
        Route("/api/lock", writes(post_lock), methods=["POST"]),
        Route("/api/unlock", writes(post_unlock), methods=["POST"]),
        Route("/api/upload", writes(post_upload, wire.MOST_IMAGE), methods=["POST"]),
        Route("/api/follow", writes(post_follow), methods=["POST"]),
        Route("/api/stop", writes(post_stop), methods=["POST"]),
        Route("/api/events", get_events),
        Route("/api/{rest:path}", no_such, methods=["GET", "PUT", "POST", "PATCH", "DELETE"]),
        Route("/", get_page),
        Mount("/", StaticFiles(directory=PAGE, check_dir=False)),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: refused})
    app.state.session = session
    return app


def _pixels(mask: np.ndarray[Any, Any], headers: Mapping[str, str] | None = None) -> Response:
    packing = {"Content-Encoding": "gzip", **(headers or {})}
    return Response(wire.packed(mask), headers=packing, media_type="application/octet-stream")


def _said(writer: Writer, session: Session) -> Response:
    writer.said()
    return JSONResponse({"timeline": session.timeline()})


def _named(session: Session, ident: int) -> Response:
    session.events.tell("shot")
    return JSONResponse(next(one for one in session.objects() if one["id"] == ident))


def _label(fields: Mapping[str, Any]) -> dict[str, str]:
    return {key: fields[key] for key in ("name", "color") if fields.get(key) is not None}


def _range(asked: Asked) -> tuple[int, int]:
    fields = asked.fields
    return wire.whole_number(fields, "first"), wire.whole_number(fields, "last")
