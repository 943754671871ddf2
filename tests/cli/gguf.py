"""A GGUF file of zeros, for tests: its keys and its tensors are as named, and
the bytes of the tensors are holes of the file."""
import struct

F32, F16 = 0, 1
_ALIGN = 32


def _string(b):
    return struct.pack("<Q", len(b)) + b


def key(name, kind, value):
    """kind: GGUF's number of the type of the value, which is packed."""
    return _string(name) + struct.pack("<I", kind) + value


def number(name, value):
    return key(name, 4, struct.pack("<I", value))


def text(name, value):
    return key(name, 8, _string(value))


def strings(name, values):
    return key(name, 9, struct.pack("<IQ", 8, len(values)) +
               b"".join(map(_string, values)))


def ints(name, values):
    return key(name, 9, struct.pack("<IQ%di" % len(values), 5, len(values),
                                    *values))


def write(path, keys, tensors):
    """tensors: of (name without .weight, type, dimensions...). A type that
    is not F32 is taken to have 2 bytes a number. Returns the size."""
    infos, at = [], 0
    for name, kind, *dims in tensors:
        infos.append(_string(name + b".weight") +
                     struct.pack("<I%dQ" % len(dims), len(dims), *dims) +
                     struct.pack("<IQ", kind, at))
        n = 4 if kind == F32 else 2
        for d in dims:
            n *= d
        at += -(-n // _ALIGN) * _ALIGN
    head = b"GGUF" + struct.pack("<IQQ", 3, len(infos), len(keys)) + \
        b"".join(keys) + b"".join(infos)
    head += bytes(-len(head) % _ALIGN)
    with open(path, "wb") as f:
        f.write(head)
        f.truncate(len(head) + at)
    return len(head) + at
