"""A command to which the order of its options matters."""

from collections import Counter
from typing import Any

from typer.core import TyperCommand

_ORDER = "ovos_cli.order"


class InOrder(TyperCommand):
    """Keeps the order in which options were given; `given_in_order` returns it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Note each option's name and value, one after the other, and go on as others do."""
        values, _, order = self.make_parser(ctx).parse_args(args=[*args])
        count: Counter[str] = Counter()
        noted = []
        for option in order:
            name, value = str(option.name), values.get(str(option.name))
            if isinstance(value, list) and count[name] < len(value):
                noted.append((name, str(value[count[name]])))
                count[name] += 1
        ctx.meta[_ORDER] = noted
        return super().parse_args(ctx, args)


def given_in_order(ctx: Any) -> list[tuple[str, str]]:
    """Names and texts of the options that may be repeated, as they came."""
    return ctx.meta[_ORDER]
