"""Laws of the whole package, read from its source: who imports whom, who prints, what the border lets through."""

import ast
import importlib
import os
import pkgutil
import subprocess
import sys

import array_api_strict
import pytest
from many import for_each
from sources import FILES, PACKAGE, imports, tree_of

import minitensor as mt
from minitensor import errors

# Imports point from a room to rooms above it in this list only.
ROOMS = [
    "errors", "text", "backend", "broadcasting", "ops", "core", "functions", "norms", "linalg", "random", "einsums",
    "autograd", "groups", "data", "ladder", "gpu", "matrix_product", "cluster", "segment", "models", "exercise", "plot",
    "command", "__main__",
]  # fmt: skip
LEVEL = {room: level for level, room in enumerate(ROOMS)}
# What may be asked of numpy outside backend/ and gpu/: types, the generator, and the way in and out.
NUMPY_OUTSIDE = {
    "ndarray",
    "dtype",
    "generic",
    "result_type",
    "random",
    "array",
    "asarray",
    "from_dlpack",
    "array2string",
    "can_cast",  # these three tell what a dtype holds
    "finfo",
    "iinfo",
}
# Random numbers are drawn and rounded by NumPy on every backend.
DRAWN = {"all", "finfo", "minimum", "ndim", "nextafter", "shape"}
# Those at the foot of the list, which may also ask the package for its version.
PROGRAMS = {"command", "__main__"}


def room_of(name):
    """`errors` for errors.py, `core` for every file of the folder core."""
    return name.removesuffix(".py").partition("/")[0]


def under_type_checking(tree):
    """The same file without its ``if TYPE_CHECKING:`` blocks."""
    kept = [
        node
        for node in tree.body
        if not (isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"))
    ]
    return ast.Module(kept, [])


def imported(name):
    package = ("minitensor", *name.split("/")[:-1])
    return list(imports(under_type_checking(tree_of(name)), package))


@for_each(name for name in FILES if name != "__init__.py")
def test_imports_point_up_the_list_of_rooms_only(name):
    own = LEVEL[room_of(name)]
    for module in imported(name):
        library, _, rest = module.partition(".")
        room = rest.partition(".")[0]
        if library != "minitensor" or room == room_of(name) or (room == "__version__" and room_of(name) in PROGRAMS):
            continue
        assert room in LEVEL, f"{name} imports {module}: import from the room, not from the package"
        assert LEVEL[room] < own, f"{name} imports {module}"


@for_each(name for name in FILES if not name.startswith(("broadcasting.py", "errors.py")))
def test_the_walk_over_imports_sees_something(name):
    has_import = any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in ast.walk(tree_of(name)))
    assert bool(imported(name)) == has_import


@pytest.mark.parametrize(("library", "room"), [("matplotlib", "plot"), ("cupy", "backend"), ("cupyx", "gpu"),
                                               ("array_api_strict", "backend")])  # fmt: skip
def test_one_room_alone_imports(library, room):
    users = {room_of(name) for name in FILES for module in imported(name) if module.partition(".")[0] == library}
    assert users <= {room, "gpu"} if library.startswith("cupy") else users <= {room}


@for_each(name for name in FILES if room_of(name) not in PROGRAMS | {"ladder"})
def test_a_library_does_not_print(name):
    calls = [node for node in ast.walk(tree_of(name)) if isinstance(node, ast.Call)]
    assert not [call.lineno for call in calls if ast.unparse(call.func) in ("print", "sys.stdout.write")]


@for_each(name for name in FILES if room_of(name) not in ("backend", "gpu"))
def test_a_namespace_is_asked_only_for_what_the_standard_names(name):
    attributes = [node for node in ast.walk(tree_of(name)) if isinstance(node, ast.Attribute)]
    asked = [node for node in attributes if ast.unparse(node.value).split(".")[-1] == "xp"]
    assert [(node.lineno, node.attr) for node in asked if not hasattr(array_api_strict, node.attr)] == []


BEFORE_LADDERS = [name for name in FILES if LEVEL.get(room_of(name), 99) < LEVEL["ladder"]]


@for_each(name for name in BEFORE_LADDERS if room_of(name) != "backend")
def test_numpy_computes_only_behind_the_border(name):
    attributes = [node for node in ast.walk(tree_of(name)) if isinstance(node, ast.Attribute)]
    used = [(node.lineno, node.attr) for node in attributes if ast.unparse(node.value) in ("np", "numpy")]
    allowed = NUMPY_OUTSIDE | DRAWN if name == "random.py" else NUMPY_OUTSIDE
    assert [(line, attribute) for line, attribute in used if attribute not in allowed] == []


@for_each(FILES)
def test_every_file_says_what_it_is(name):
    assert ast.get_docstring(tree_of(name))


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def hidden(tree):
    """The functions and classes of a file whose names a local of one of its functions takes: (line, name)."""
    own = {node.name for node in tree.body if isinstance(node, (*FUNCTIONS[:2], ast.ClassDef))}
    inside = {node for each in ast.walk(tree) if isinstance(each, FUNCTIONS) for node in ast.walk(each) if node != each}
    for node in inside:
        if isinstance(node, ast.Name):
            name = node.id if isinstance(node.ctx, ast.Store) else None
        elif isinstance(node, ast.arg):
            name = node.arg
        else:
            name = getattr(node, "asname", None) or getattr(node, "name", None)
        if name in own:
            yield node.lineno, name


@for_each(FILES)
def test_a_local_never_hides_a_function_of_its_own_file(name):
    assert sorted(hidden(tree_of(name))) == []


@pytest.mark.parametrize(
    "body",
    ["f = 1", "for f in x: pass", "y = [f for f in x]", "def f(): pass", "y = lambda f: f", "with x as f: pass",
     "try: pass\n    except x as f: pass", "print(f := 1)", "import f"],
)  # fmt: skip
def test_a_local_that_hides_a_function_is_seen(body):
    for head in ("def g(x):", "async def g(x):", "class G:\n  def g(x):"):
        tree = ast.parse(f"def f(): pass\n{head}\n    {body}")
        assert {name for _, name in hidden(tree)} == {"f"}, body
    assert list(hidden(ast.parse("def f(x): return x\ndef g(x, y=f):\n  from m import f as h\n  return f(x=h)"))) == []
    assert [name for _, name in hidden(ast.parse("class A: pass\ndef g(*A): pass"))] == ["A"]


# Names.
def test_the_type_hints_are_announced():
    assert (PACKAGE / "py.typed").is_file()


def test_every_public_name_exists_once_and_in_order():
    assert [name for name in mt.__all__ if not hasattr(mt, name)] == []
    assert sorted(set(mt.__all__)) == mt.__all__


@for_each(name for _, name, _ in pkgutil.walk_packages([str(PACKAGE)], "minitensor."))
def test_every_name_in_an_all_exists(name):
    if name.endswith("__main__"):
        return
    module = importlib.import_module(name)
    assert [public for public in getattr(module, "__all__", []) if not hasattr(module, public)] == []


MODULES = [name for _, name, _ in pkgutil.walk_packages([str(PACKAGE)], "minitensor.") if "__main__" not in name]


@for_each(MODULES)
def test_no_function_hides_a_module(name):
    """``import minitensor.room.file as file`` gives the file, however its package is imported."""
    module, names = importlib.import_module(name), {}
    exec(f"import {name} as found", names)
    assert names["found"] is module
    package, _, last = name.rpartition(".")
    assert getattr(sys.modules[package], last) is module


@for_each(["minitensor", *MODULES])
def test_no_package_exports_a_name_that_one_of_its_files_has(name):
    package = importlib.import_module(name)
    files = {file for _, file, _ in pkgutil.iter_modules(getattr(package, "__path__", []))}
    exported = set(getattr(package, "__all__", ())) & files
    assert {each for each in exported if getattr(package, each) is not sys.modules[f"{name}.{each}"]} == set()


@for_each(name for name in mt.__all__ if callable(getattr(mt, name)))
def test_every_public_function_has_a_docstring(name):
    assert getattr(mt, name).__doc__


def test_every_error_is_minitensors_and_a_builtin_one():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert len(kinds) > 10
    for kind in kinds:
        assert kind.__doc__
        if kind is errors.MinitensorError or issubclass(kind, Warning):
            continue
        assert issubclass(kind, errors.MinitensorError)
        assert any(parent.__module__ == "builtins" and parent not in (Exception, BaseException, object)
                   for parent in kind.__mro__)  # fmt: skip


@for_each(name for name in FILES if room_of(name) not in PROGRAMS | {"plot"})
def test_what_is_raised_is_in_errors(name):
    own = {kind.__name__ for kind in vars(errors).values() if isinstance(kind, type)}
    builtin = {"IndexError", "TypeError", "NotAnOperandError", "StopIteration", "NotImplementedError", "AttributeError"}
    made = [node.exc.func for node in ast.walk(tree_of(name)) if isinstance(getattr(node, "exc", None), ast.Call)]
    names = [(each.lineno, each.id) for each in made if isinstance(each, ast.Name) and not each.id.startswith("_")]
    assert [(line, kind) for line, kind in names if kind not in own | builtin] == []


@pytest.mark.parametrize(
    "room", ["cluster", "data", "exercise", "gpu", "ladder", "matrix_product", "models", "norms", "plot", "segment"]
)
def test_a_room_is_there_when_it_is_asked_for(room):
    assert getattr(mt, room).__name__ == f"minitensor.{room}"
    with pytest.raises(AttributeError, match="module 'minitensor' has no attribute 'kitchen'"):
        _ = mt.kitchen


# Importing.
def run_python(code):
    clean = {name: value for name, value in os.environ.items() if name != "MINITENSOR_BACKEND"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env=clean, capture_output=True, text=True, timeout=60
    )


def test_importing_is_silent():
    result = run_python("import minitensor")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_importing_loads_no_optional_package():
    optional = {
        "matplotlib",
        "rich",
        "sklearn",
        "cupy",
        "cupyx",
        "array_api_strict",
        "torch",
        "scipy",
        "dask",
        "distributed",
    }
    result = run_python("import sys, minitensor; print(*{name.partition('.')[0] for name in sys.modules})")
    loaded = set(result.stdout.split())
    assert "numpy" in loaded, result.stderr
    assert loaded & optional == set()


def test_importing_and_computing_opens_no_socket_and_starts_no_process():
    result = run_python(
        "import sys\n"
        "def hook(event, arguments):\n"
        "    if event.startswith(('socket.', 'urllib', 'subprocess.', 'os.system', 'os.fork', 'os.exec')):\n"
        "        raise SystemExit(f'{event} {arguments}')\n"
        "sys.addaudithook(hook)\n"
        "import minitensor as mt\n"
        "mt.set_backend('numpy')\n"
        "print((mt.ones((2, 3)) @ mt.ones((3, 2))).sum().item())\n"
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "12.0\n", "")
