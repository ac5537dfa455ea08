"""The check of arguments at every public door: a call is measured by the function's annotations.

``@checked`` above a function or a class refuses arguments that cannot be what their annotations
say, names them and shows the call. It looks at kinds only: whether a value is in range or fits the
facts is for the function to say. Nothing is converted, except that an iterator is read once into a
tuple and a list stands for a tuple.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import math
import numbers
import types
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MappingView, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeVar, overload

from clusters.errors import ArgumentError, ClustersError, Fault

__all__ = ["at_least", "call_words", "checked", "described"]

_T = TypeVar("_T", bound=Callable[..., Any])
_Wrong = tuple[str, object, Any]
"""Label of the argument or of the item in it, its value, and the annotation it does not fit."""

_SHOWN = 40
_UNIONS = (typing.Union, types.UnionType)
_SERIES = (Sequence, Iterable, Collection, tuple, list)
_WORDS: dict[Any, str] = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "a text",
    type(None): "None",
    Mapping: "a mapping",
    tuple: "a tuple",
    Callable: "a function",
}
_NAMED = {
    "HasPlan": "a Result",
    "_Frame": "a DataFrame",
    "PathLike": "a path",
    "Path": "a path",
    "Hashable": "cluster",
}


@overload
def checked(target: _T) -> _T: ...
@overload
def checked(*, leave: Collection[str]) -> Callable[[_T], _T]: ...
def checked(target: Any = None, *, leave: Collection[str] = ()) -> Any:
    """Refuse calls of a function, or of a class, whose arguments are of the wrong kind.

    Parameters
    ----------
    target
        A function: its arguments are checked before it runs. A class: its own checks come first,
        as they can say more; what they let through, or stumble over, is checked afterwards.
    leave
        Arguments that are not looked at here, as it checks them itself with more to say.

    Raises
    ------
    ArgumentError
        By the checked function: naming each argument of the wrong kind, missing or misspelt.

    Examples
    --------
    >>> @checked
    ... def double(number: int, *, times: int = 1) -> int:
    ...     return number * 2 ** times
    >>> double("7")
    Traceback (most recent call last):
    ...
    clusters.errors.ArgumentError: number is the text '7', not a whole number - call \
double(number, *, times=1)
    """
    if target is None:
        return functools.partial(_with_door, leave=leave)
    return _with_door(target)


def at_least(least: float, **given: float) -> None:
    """Refuse numbers below the least that makes sense, by their names.

    Raises
    ------
    ArgumentError
        Naming each number that is below.
    """
    low = [name for name, value in given.items() if not value >= least]
    if low:
        raise ArgumentError(
            Fault(f"{name} is {given[name]}", f"give a number of {least:g} or more") for name in low
        )


def call_words(name: str, signature: inspect.Signature) -> str:
    """Show how to call a function: its name with its arguments, without their annotations."""
    plain = []
    for one in signature.parameters.values():
        if one.name not in ("self", "cls"):
            default = one.empty if one.default is one.empty else _Shown(one.default)
            plain.append(one.replace(annotation=one.empty, default=default))
    return f"{name}{inspect.Signature(plain)}"


def described(value: object) -> str:
    """Say in a few words what a value is: "the text 'abc'", "a DataFrame", "None".

    Examples
    --------
    >>> described(None), described(7), described("abc"), described([1])
    ('None', 'the number 7', "the text 'abc'", 'a list')
    """
    if value is None or isinstance(value, bool):
        return str(value)
    if _is_number(value):
        return "no number (nan)" if value != value else f"the number {value}"
    if isinstance(value, str):
        return f"the text {value if len(value) <= _SHOWN else value[:_SHOWN] + '...'!r}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if _is_labelled(value) and not _is_mapping(value):
        return "a Series with a label that occurs twice"
    return _with_article(type(value).__name__)


class _Shown:
    """A default in a signature: short ones as they are, an empty mapping or long one as dots."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __repr__(self) -> str:
        text = repr(self.value)
        return text if len(text) <= _SHOWN // 2 and not text.startswith("<") else "..."


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"


def _with_door(target: Any, leave: Collection[str] = ()) -> Any:
    if isinstance(target, type):
        init: Any = target.__init__  # type: ignore[misc]  # the one of this very class
        made = _in_module_of(init, _checked_after(_Door(init, target.__name__, leave), init))
        target.__init__ = made  # type: ignore[misc]
        return target
    door = _Door(target, target.__qualname__, leave)
    return _in_module_of(target, _checked_before(door, target))


def _in_module_of(function: Any, wrapper: Any) -> Any:
    """Give the wrapper the function's globals: doctest looks there for what a module defines."""
    made = types.FunctionType(
        wrapper.__code__,
        function.__globals__ if hasattr(function, "__globals__") else {},
        closure=wrapper.__closure__,
    )
    return functools.wraps(function)(made)


def _checked_before(door: _Door, function: Any) -> Any:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = door.checked(args, kwargs)
        return function(*args, **kwargs)

    return wrapper


def _checked_after(door: _Door, init: Any) -> Any:
    own, other = ClustersError, Exception  # bound here: the wrapper sees another module's globals

    def wrapper(*args: Any, **kwargs: Any) -> None:
        given = door.taken(args, kwargs)
        try:
            init(*args, **kwargs)
        except own:
            raise
        except other as error:
            door.refuse(given, error)
            raise
        door.refuse(given)

    return wrapper


class _Door:
    """The signature of one function, with its annotations resolved when it is first called."""

    def __init__(self, function: Any, name: str, leave: Collection[str] = ()) -> None:
        self.function = function
        self.name = name
        self.leave = ("self", "cls", *leave)

    @functools.cached_property
    def signature(self) -> inspect.Signature:
        return inspect.signature(self.function)

    @functools.cached_property
    def hints(self) -> dict[str, Any]:
        """Annotation of each argument; Any where it names what only a type checker imports."""
        space = getattr(self.function, "__globals__", {})
        return {
            name: _resolved(parameter.annotation, space)
            for name, parameter in self.signature.parameters.items()
            if name not in self.leave
            and parameter.annotation is not parameter.empty
            and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        }

    @functools.cached_property
    def by_place(self) -> tuple[str, ...] | None:
        """Names of what may be given by place; None where a call has to be fitted at length."""
        every = self.signature.parameters.values()
        usual = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        if any(parameter.kind not in usual for parameter in every):
            return None
        return tuple(parameter.name for parameter in every if parameter.kind is usual[0])

    @functools.cached_property
    def needed(self) -> frozenset[str]:
        """Names without a default."""
        every = self.signature.parameters.values()
        return frozenset(one.name for one in every if one.default is one.empty)

    def taken(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Fit a call to the signature; ArgumentError where it does not."""
        if self.by_place is not None and len(args) <= len(self.by_place):
            # `Signature.bind` takes ten times as long, and a study asks a million times
            given = dict(zip(self.by_place, args, strict=False))
            if kwargs.keys() <= self.signature.parameters.keys() and not given.keys() & kwargs:
                given |= kwargs
                if self.needed <= given.keys():
                    return given
        try:
            return self.signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise ArgumentError(self._misfit(str(error), kwargs)) from None

    def checked(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments of a call, each of the right kind."""
        given = self.taken(args, kwargs)
        for name, hint in self.hints.items():
            if name in given:
                given[name] = _read_once(given[name], hint)
        self.refuse(given)
        if self.by_place is None:
            bound = inspect.BoundArguments(self.signature, given)
            return bound.args, bound.kwargs
        placed = tuple(given[name] for name in self.by_place[: len(args)])
        return placed, {name: given[name] for name in kwargs}

    def refuse(self, given: Mapping[str, Any], error: Exception | None = None) -> None:
        """Refuse what is of the wrong kind, also as the cause of an error that it led to."""
        wrong = [
            found
            for name, hint in self.hints.items()
            if name in given and (found := _misfit(given[name], hint, name))
        ]
        if wrong:
            remedy = f"{self._swapped(given, wrong)}call {call_words(self.name, self.signature)}"
            raise ArgumentError(
                Fault(f"{label} is {described(value)}, not {_words(hint)}", remedy)
                for label, value, hint in wrong
            ) from error

    def _swapped(self, given: Mapping[str, Any], wrong: list[_Wrong]) -> str:
        """Say so where two arguments would fit in each other's place."""
        names = [label for label, _, _ in wrong if label in given]
        for a, b in itertools.combinations(names, 2):
            swapped = ((given[a], self.hints[b], a), (given[b], self.hints[a], b))
            if not any(_misfit(*each) for each in swapped):
                return f"{a} and {b} look swapped: "
        return ""

    def _misfit(self, message: str, kwargs: Mapping[str, Any]) -> Fault:
        known = [name for name in self.signature.parameters if name not in ("self", "cls")]
        strange = next((name for name in kwargs if name not in known), None)
        close = get_close_matches(strange, known, n=1) if strange else []
        hint = f"did you mean {close[0]}? " if close else ""
        call = call_words(self.name, self.signature)
        return Fault(f"{self.name}: {message}", f"{hint}call {call}")


@typing.runtime_checkable
class _Frame(typing.Protocol):
    """What stands for ``pd.DataFrame`` where pandas is imported for type checkers only."""

    @property
    def columns(self) -> Any: ...

    @property
    def iloc(self) -> Any: ...


_PANDAS = types.SimpleNamespace(DataFrame=_Frame)


def _resolved(annotation: Any, space: dict[str, Any]) -> Any:
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, {"pd": _PANDAS, **space})
    except NameError:
        return Any


def _read_once(value: Any, hint: Any) -> Any:
    """Read an iterator, which a look uses up, or a view of a dict into a tuple; a list as well.

    A pandas Series that stands for a mapping becomes one, unless a label occurs in it twice.
    """
    kinds = _origins(hint)
    wanted = any(kind in (Iterable, Collection, Sequence) for kind in kinds)
    if wanted and isinstance(value, Iterator | MappingView) and Iterator not in kinds:
        return tuple(typing.cast("Iterable[Any]", value))
    if Mapping in kinds and _is_labelled(value) and value.index.is_unique:
        return value.to_dict()
    if tuple in kinds and list not in kinds and Sequence not in kinds and type(value) is list:
        return tuple(value)
    return value


def _kinds(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if typing.get_origin(hint) in _UNIONS else (hint,)


@functools.cache
def _origins(hint: Any) -> frozenset[Any]:
    return frozenset(typing.get_origin(kind) or kind for kind in _kinds(hint))


@functools.cache
def _plain(hint: Any, is_item: bool) -> frozenset[Any]:
    """Classes whose own instances fit an annotation, so that most values need no closer look.

    A float may be NaN, which does not fit by itself; as an item it is for the function to judge.
    """
    kinds = set(_kinds(hint))
    if is_item and kinds & {int, float}:
        kinds |= {int, float}
    elif float in kinds:
        kinds = kinds - {float} | {int}
    return frozenset(kind for kind in kinds if isinstance(kind, type))


def _misfit(value: Any, hint: Any, label: str, *, is_item: bool = False) -> _Wrong | None:
    """Find what does not fit an annotation: the value, or the first item in it; None if it fits.

    Of a number in a list or a mapping, whether it is whole and in range is for the function to say:
    it can list all that are not.
    """
    if type(value) in _plain(hint, is_item):
        return None
    kinds = _kinds(hint)
    if is_item and (int in kinds or float in kinds) and _is_number(value):
        return None
    if any(kind is Decimal or _is_array_like(kind) for kind in kinds):
        return None  # money and arrays: what reads them says how they are written
    found = None
    for kind in kinds:
        inner = _misfit_of_one(value, kind, label)
        if inner is None:
            return None
        if inner[0] != label:  # the container fits, an item in it does not: say which
            found = inner
    return found or (label, value, hint)


def _misfit_of_one(value: Any, kind: Any, label: str) -> _Wrong | None:
    origin = typing.get_origin(kind)
    if origin is typing.Literal:
        kind, origin = type(typing.get_args(kind)[0]), None
    if origin is None:
        return None if _is_a(value, kind) else (label, value, kind)
    if not _is_a(value, origin):
        return label, value, kind
    if origin is Mapping and not isinstance(value, Mapping):  # a Series
        return None
    items = typing.get_args(kind)
    if issubclass(origin, Mapping):
        return _misfit_in_mapping(value, items, label)
    if origin is tuple and items[-1:] != (Ellipsis,):
        if len(value) != len(items):
            return label, value, kind
        pairs = enumerate(zip(value, items, strict=True))
        return next(
            (w for k, (v, t) in pairs if (w := _misfit(v, t, f"{label}[{k}]", is_item=True))), None
        )
    if origin in _SERIES and not isinstance(value, Iterator) and items:
        plain = _plain(items[0], True)
        found = (
            _misfit(item, items[0], f"{label}[{k}]", is_item=True)
            for k, item in enumerate(value)
            if type(item) not in plain
        )
        return next((wrong for wrong in found if wrong), None)
    return None


def _misfit_in_mapping(value: Any, items: Sequence[Any], label: str) -> _Wrong | None:
    keys, values = _plain(items[0], False), _plain(items[1], True)
    for key, item in value.items():
        if type(key) in keys and type(item) in values:
            continue
        wrong = _misfit(key, items[0], f"a key of {label}") or _misfit(
            item, items[1], f"{label}[{key!r}]", is_item=True
        )
        if wrong:
            return wrong
    return None


def _is_a(value: Any, kind: Any) -> bool:
    """Whether a value is of one plain kind; numbers of numpy count, truth values and NaN do not."""
    check = _CHECKS.get(kind)
    if check is not None:
        return check(value)
    if kind in _SERIES:
        return _is_series(value, kind)
    return not isinstance(kind, type) or isinstance(value, kind)


def _is_array_like(kind: Any) -> bool:
    return "SupportsArray" in getattr(typing.get_origin(kind), "__name__", "")


def _is_series(value: Any, kind: Any) -> bool:
    """Whether a value is a row of things; a text is one thing, and an array is a row."""
    if isinstance(value, str | bytes | bytearray) or not isinstance(value, Iterable):
        return False
    if getattr(value, "ndim", 1) == 0 or hasattr(value, "columns"):  # a frame runs over its heads
        return False
    if kind is Sequence:  # with an order; __array__ lets numpy and pandas in
        return isinstance(value, Sequence | Iterator | MappingView) or hasattr(value, "__array__")
    if kind in (tuple, list):
        return isinstance(value, tuple | list) or hasattr(value, "__array__")
    return True


def _is_labelled(value: Any) -> bool:
    """Whether a value is a pandas Series (found without pandas, which takes a second to import)."""
    return all(hasattr(value, name) for name in ("index", "to_dict", "items")) and not hasattr(
        value, "columns"
    )


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping) or (_is_labelled(value) and value.index.is_unique)


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Number) and not isinstance(value, bool)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")


def _is_real(value: Any) -> bool:
    return (
        isinstance(value, numbers.Real)
        and not isinstance(value, bool)
        and not (isinstance(value, float) and math.isnan(value))
    )


_CHECKS: dict[Any, Callable[[Any], bool]] = {
    Any: lambda _: True,
    object: lambda _: True,
    None: lambda value: value is None,
    type(None): lambda value: value is None,
    bool: _is_truth,
    int: lambda value: isinstance(value, numbers.Integral) and not isinstance(value, bool),
    float: _is_real,
    Callable: callable,
    Mapping: _is_mapping,
}


def _words(hint: Any) -> str:
    """Put an annotation into words: "a Plan or None"."""
    kinds = _kinds(hint)
    if {str, int} <= set(kinds):
        kinds = ("an id", *(kind for kind in kinds if kind not in (str, int)))
    texts = list(dict.fromkeys(_words_of_one(kind) for kind in kinds))
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}"


def _words_of_one(kind: Any) -> str:
    if isinstance(kind, str):
        return kind
    origin = typing.get_origin(kind)
    items = [item for item in typing.get_args(kind) if item is not Ellipsis]
    if origin is typing.Literal:
        return " or ".join(repr(value) for value in items)
    if origin is Mapping:
        return f"a mapping {{{_noun(items[0])}: {_noun(items[1])}}}"
    if origin is tuple and Ellipsis not in typing.get_args(kind):
        return f"({', '.join(_noun(item) for item in items)})"
    if origin in _SERIES:
        return f"a list, each {_words(items[0])}"
    plain = origin or kind
    return _WORDS.get(plain) or _NAMED.get(_name(plain)) or _with_article(_name(plain))


def _noun(hint: Any) -> str:
    """Words of an annotation without an article."""
    if any(_name(kind) == "HasPlan" for kind in _kinds(hint)):
        return "plan"
    words = "..." if hint is Any else _words(hint)
    return words.removeprefix("an ").removeprefix("a ").removeprefix("whole ")


def _name(kind: Any) -> str:
    return getattr(kind, "__name__", str(kind))
