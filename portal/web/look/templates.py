"""Jinja with a shorter way for what a page does hundreds of times. The pages come out the same, but for indentation.

A page of twenty orders escapes about 600 values, calls 150 macros and functions and imports ten files of
components. Three steps of each are there for cases that do not occur here: Jinja is asked to leave them out at
the places it names for that (``code_generator_class``, ``context_class``, ``template_class``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import markupsafe
from flask.templating import Environment as FlaskEnvironment
from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

# The inside of ``escape``, for text that is nothing but text.
_escaped: Callable[[str], str] = vars(markupsafe)["_escape_inner"]
# After a block or a comment the line break itself is left out, so there one blank has to stay between two attributes.
_INDENTATION = re.compile(r"(?<![%#]\})\n[ \t]+")
_INDENTATION_OF_BLOCK = re.compile(r"(?<=[%#]\})\n[ \t]+")
_PLAIN = frozenset({FunctionType, MethodType, BuiltinFunctionType})


def shown(value: Any) -> str:
    """``value`` as it is written into a page: what :func:`markupsafe.escape` makes of it, as plain text."""
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    return _escaped(value) if kind is str else escape(value)


class Writer(CodeGenerator):
    """Writes ``shown(…)`` where a value goes straight into the page, and nothing else uses it."""

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")


class Values(Context):
    """Calls macros and plain functions without asking each time whether they want the context."""

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        kind = type(__obj)
        if kind is not Macro and (kind not in _PLAIN or hasattr(__obj, "jinja_pass_arg")):
            return super().call(__obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        if kind is Macro:
            return __obj(__self.eval_ctx, *args, **kwargs)
        return __obj(*args, **kwargs)


class Piece(Template):
    """A template whose components are loaded once: none of them depends on who imports it."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        if self._module is None:
            self._module = self.make_module()
        return self._module


class Environment(FlaskEnvironment):
    """What the application renders with."""

    code_generator_class = Writer
    context_class = Values
    template_class = Piece
    shown = staticmethod(shown)

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> str:
        """Leave out the indentation of a template's lines: a seventh of a page, written for those who read its source.

        Line numbers in errors stay. Text that people typed is not in the source, so a textarea keeps its blanks.
        """
        whole = super().preprocess(source, name, filename)
        return _INDENTATION_OF_BLOCK.sub("\n ", _INDENTATION.sub("\n", whole))
