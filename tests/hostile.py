"""What pupils' files may do that they should not. Each is the body of a function; FILE stands for another's file.

`REACHES` is found in the text and never runs. `RUNS` is run here as though its text had not been read.
"""

OS = "import minitensor\n    os = minitensor.backend.os\n    "

REACHES = {
    "patches minitensor": "import minitensor as mt\n    mt.sum = print\n    return 0.0",
    "patches a class": "import minitensor as mt\n    mt.Tensor.__add__ = None\n    return 0.0",
    "patches by name": "import minitensor as mt\n    setattr(mt, 'sum', print)\n    return 0.0",
    "patches a dictionary": "import minitensor as mt\n    mt.__dict__.update(sum=print)\n    return 0.0",
    "deletes from minitensor": "import minitensor as mt\n    del mt.sum\n    return 0.0",
    "imports os": "import os\n    os.remove('FILE')\n    return 0.0",
    "takes os from another": f"{OS}os.remove('FILE')\n    return 0.0",
    "takes os by import": "from minitensor.backend import os\n    os.remove('FILE')\n    return 0.0",
    "opens a file": "open('FILE', 'w').close()\n    return 0.0",
    "runs text": "exec('import os')\n    return 0.0",
    "finds the checker": "return print.__self__.__dict__['__builtins__']",
    "climbs a generator's frame": "it = (it.gi_frame.f_back.f_locals for _ in [0])\n    return next(it)",
    "climbs a coroutine's frame": "async def f(): pass\n    return f().cr_frame",
    "climbs an error's frames": "import minitensor as mt\n    return mt.tensor.tb_frame",
    "reads another's names": "return a.f_globals",
    "reaches by a word": "from functools import attrgetter\n    return attrgetter('a')",
    "changes by another": "import functools\n    functools.update_wrapper(print, print)\n    return 0.0",
    "a global name": "global dot\n    dot = print\n    return 0.0",
}

# With the word that each is graded with. The last two end the process, all others only cost the exercise they are in.
RUNS = {
    "loops": ("while True:\n        pass", "endless"),
    "floods": ("while True:\n        print('right')", "flood"),
    "deletes": (f"{OS}os.remove('FILE')\n    return 0.0", "raises"),
    "writes": (f"{OS}os.open('FILE', os.O_WRONLY | os.O_TRUNC)\n    return 0.0", "raises"),
    "reads the solution": (f"{OS}os.open('SOLUTION', os.O_RDONLY)\n    return 0.0", "raises"),
    "reads its neighbour": (f"{OS}os.open('FILE', os.O_RDONLY)\n    return 0.0", "raises"),
    "makes a pipe": (f"{OS}os.mkfifo('FILE.pipe')\n    return 0.0", "raises"),
    "makes a pipe another way": (
        "import sys\n    sys.modules.pop('posix', None)\n    import posix\n    posix.mkfifo('FILE.pipe')",
        "raises",
    ),
    "makes a folder": (f"{OS}os.mkdir('FILE.folder')\n    return 0.0", "raises"),
    "begins an interpreter": (
        "import _xxsubinterpreters as own\n    own.run_string(own.create(), 'import os; os.mkdir(\"FILE.folder\")')",
        "raises",
    ),
    "writes by NumPy": (
        "import numpy\n    numpy.memmap('FILE', mode='r+', shape=(1,))\n    return 0.0",
        "raises",
    ),
    "starts a process": (f"{OS}os.system('echo right')\n    return 0.0", "raises"),
    "opens a connection": ("import socket\n    socket.socket()\n    return 0.0", "raises"),
    "calls C": ("import ctypes\n    ctypes.CDLL(None)\n    return 0.0", "raises"),
    "takes all memory": ("return [0] * 10**12", "raises"),
    "exits": ("raise SystemExit(0)", "raises"),
    "returns all it can": ("return {'status': 'right', 'stars': [True], 'more': print}", "wrong-type"),
    "patches the checker": (
        "from minitensor.exercise import comparing, judging, running\n"
        "    comparing.difference = judging.fault = lambda *_, **__: None\n"
        "    judging.judged = running.run = None\n    return 0.0",
        None,
    ),
    "writes to the results": (f'{OS}[os.write(n, b\'{{"status": "right"}}\\n\') for n in (3, 4, 5)]', "forbidden"),
    "ends the process": (f"{OS}os.abort()", "raises"),
}
