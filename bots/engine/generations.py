"""A bot's modules, read as one generation: its next reading shares nothing with it.

Handlers in progress end with the modules they began with, also when they import inside a function
while the files are being read anew. For that every module of a generation gets an `__import__` of
its own (through `__builtins__`, as `exec` allows), which finds the modules of its generation and
leaves all others to Python.
"""

import builtins
import contextlib
import importlib.util
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

ROOT = "bots"
_MARK = "__generation__"
_SECONDS_UNTIL_SETTLED = 2.0


class Generation:
    """One reading of some packages under `bots`; modules are read when first imported.

    Attributes:
        modules: what was imported, by full name.
        uses_shared: whether a module of the packages beside was imported.
        is_over: a later generation has taken its place.
    """

    def __init__(
        self,
        packages: Mapping[str, Path],
        *,
        beside: "Generation | None" = None,
        is_anew: bool = False,
    ) -> None:
        """Read `packages` (name to folder).

        Args:
            packages: the packages, by the name under `bots`.
            beside: what they may import from besides, a generation of its own.
            is_anew: compile the sources, whatever bytecode lies beside them.
        """
        self.modules: dict[str, ModuleType] = {}
        self.uses_shared = False
        self.is_over = False
        self._packages = dict(packages)
        self._beside = beside
        self._is_anew = is_anew
        self._root = _Root(ROOT)
        self._kept: dict[Path, bytes] = {}
        self._unfinished: set[str] = set()
        self._lock = threading.RLock()

    # ------------------------------------------------------------------ reading
    def module(self, name: str) -> ModuleType:
        """Return the module with this full name, read when it was not yet.

        Raises:
            ModuleNotFoundError: there is no such file.
            Exception: whatever the module's own code raises.
        """
        found = self.modules.get(name)
        if found is not None and name not in self._unfinished:
            return found
        with self._lock:
            return self.modules.get(name) or self._read(name)

    def keep_sources(self) -> None:
        """Keep the sources of what is not imported yet: they may change before it is."""
        imported = {module.__file__ for module in self.modules.values()}
        for folder in self._packages.values():
            for path in folder.rglob("*.py"):
                if str(path) not in imported:
                    with contextlib.suppress(OSError):
                        self._kept[path] = path.read_bytes()

    def take_over_from(self, before: "Generation | None") -> None:
        """Stand in the place of the generation before."""
        if before is not None:
            before.is_over = True
            for name in before.modules.keys() - self.modules.keys():
                _unlist(name, before.modules[name])

    def withdraw(self, in_favour_of: "Generation | None" = None) -> None:
        """Leave the list of imported modules to the generation before, or to none."""
        self.is_over = True
        for name, module in self.modules.items():
            _unlist(name, module)
        if in_favour_of is not None:
            in_favour_of.is_over = False
            sys.modules.update(in_favour_of.modules)

    def read_again(self, packages: Mapping[str, Path]) -> "Generation":
        """Return a new generation in which all that was imported is imported already.

        Raises:
            Exception: whatever a module's own code raises; this generation stays in its place.
        """
        renewed = Generation(packages, is_anew=True)
        try:
            for name in tuple(self.modules):
                if renewed.owns(name) and renewed.spec_of(name) is not None:
                    renewed.module(name)
        except BaseException:
            renewed.withdraw(self)
            raise
        renewed.keep_sources()
        renewed.take_over_from(self)
        return renewed

    def _read(self, name: str) -> ModuleType:
        above, _, leaf = name.rpartition(".")
        parent = self._root if above == ROOT else self.module(above)
        if name in self.modules:
            return self.modules[name]
        spec = self.spec_of(name)
        if spec is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        module = importlib.util.module_from_spec(spec)
        vars(module).update({"__builtins__": _BUILTINS, _MARK: self})
        before = sys.modules.get(name)
        self.modules[name] = sys.modules[name] = module
        setattr(parent, leaf, module)
        self._unfinished.add(name)
        try:
            if spec.loader is not None:
                spec.loader.exec_module(module)
        except BaseException:
            del self.modules[name]
            delattr(parent, leaf)
            _relist(name, before)
            raise
        finally:
            self._unfinished.discard(name)
        if self.is_over:
            _relist(name, before)
        return module

    def owns(self, name: str) -> bool:
        """Tell whether a module of this name belongs to these packages."""
        return _package_in(name) in self._packages

    def spec_of(self, name: str) -> ModuleSpec | None:
        """Return how to read a module of these packages, None when there is no such file."""
        _, package, *inside = name.split(".")
        place = self._packages[package].joinpath(*inside)
        file, folder = place.parent / f"{place.name}.py", place / "__init__.py"
        for path, inside_it in ((folder, [str(place)]), (file, None)):
            source = self._kept.get(path)
            if source is not None or path.is_file():
                return importlib.util.spec_from_file_location(
                    name, path, loader=_Source(name, path, source, is_anew=self._is_anew),
                    submodule_search_locations=inside_it,
                )  # fmt: skip
        if place.is_dir():
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [str(place)]
            return spec
        return None

    # ------------------------------------------------- the modules' `__import__`
    def import_for_module(self, name: str, names: Sequence[str]) -> ModuleType | None:
        """Return what `import name` or `from name import names` means, None if Python knows."""
        if name == ROOT:
            for each in names:
                if self._bind(f"{ROOT}.{each}") is None:
                    builtins.__import__(ROOT, None, None, (each,), 0)
            return self._root
        owner = self._bind(name)
        if owner is None:
            return None
        module = owner.module(name)
        if not names:
            return self._root
        if hasattr(module, "__path__"):
            owner.read_listed(module, names)
        return module

    def read_listed(self, package: ModuleType, names: Sequence[str]) -> None:
        """Read those of `names` that are modules of the package and not read yet."""
        listed = getattr(package, "__all__", ()) if "*" in names else names
        for each in listed:
            name = f"{package.__name__}.{each}"
            if not hasattr(package, each) and self.spec_of(name) is not None:
                self.module(name)

    def root_of(self, module: ModuleType) -> ModuleType:
        """Return what Python's import found, or these packages' own view of `bots`."""
        return self._root if module.__name__ == ROOT else module

    def _bind(self, name: str) -> "Generation | None":
        """Return whose module this is, after binding its package under `bots`."""
        package = _package_in(name)
        if package in self._packages:
            self.module(f"{ROOT}.{package}")
            return self
        if self._beside is not None and self._beside.owns(name):
            self.uses_shared = True
            setattr(self._root, package, self._beside.module(f"{ROOT}.{package}"))
            return self._beside
        return None


class _Root(ModuleType):
    """`bots` as the modules of a generation see it: with their own packages in it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.modules[ROOT], name)


class _Source(SourceFileLoader):
    def __init__(self, name: str, path: Path, source: bytes | None, *, is_anew: bool) -> None:
        super().__init__(name, str(path))
        self._kept = source
        self._is_anew = is_anew

    def get_code(self, fullname: str) -> CodeType | None:
        if self._kept is not None:
            return self.source_to_code(self._kept, self.path)
        if not self._is_anew:
            return super().get_code(fullname)
        # Bytecode is told from its source by whole seconds: it may be older than a quick change.
        return self.source_to_code(self.get_data(self.path), self.path)

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        if time.time() - Path(self.path).stat().st_mtime > _SECONDS_UNTIL_SETTLED:
            super().set_data(path, data, _mode=_mode)


def _import(
    name: str,
    globals: Mapping[str, Any] | None = None,  # noqa: A002 (the names of Python's own)
    locals: Mapping[str, Any] | None = None,  # noqa: A002
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    generation = globals.get(_MARK) if globals else None
    if generation is None:
        return builtins.__import__(name, globals, locals, fromlist or (), level)
    if level:
        package = globals["__package__"] if globals else ""
        name = importlib.util.resolve_name("." * level + name, package)
    found: ModuleType | None = generation.import_for_module(name, fromlist or ())
    if found is None:
        found = generation.root_of(builtins.__import__(name, globals, locals, fromlist or (), 0))
    return found


_BUILTINS = {**vars(builtins), "__import__": _import}


def _package_in(name: str) -> str:
    above, _, inside = name.partition(".")
    return inside.partition(".")[0] if above == ROOT else ""


def _unlist(name: str, module: ModuleType) -> None:
    if sys.modules.get(name) is module:
        del sys.modules[name]


def _relist(name: str, module: ModuleType | None) -> None:
    if module is None:
        sys.modules.pop(name, None)
    else:
        sys.modules[name] = module
