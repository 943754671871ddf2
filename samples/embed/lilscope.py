"""liblilscope by ctypes: one file, nothing to build. See lilscope(3).

    s = Stream(symbols=TOKENS)
    for token in tokens:
        if s.push(token.id, token.text):
            break
    s.read()["rho"], s.stop_at, s.unit()

Ids may be lists or numpy arrays; those of numpy (uint32, contiguous) are not
copied. LIBLILSCOPE names the library where it is in no usual place.
"""
import ctypes as c
import operator
import os

TOKENS, BYTES = 0, 1
NO_ID, NEVER = 2**32 - 1, 2**64 - 1
SIZE_MAX = c.c_size_t(-1).value


class _Options(c.Structure):
    _fields_ = [("size", c.c_size_t), ("rule", c.c_char_p),
                ("symbols", c.c_uint32), ("f", c.c_uint32), ("t", c.c_double),
                ("patience", c.c_uint32), ("ls", c.c_uint32),
                ("p", c.c_double), ("alphabet", c.c_double),
                ("memory_max", c.c_uint64), ("window", c.c_uint32),
                ("rollback", c.c_uint32), ("resize", c.c_void_p),
                ("opaque", c.c_void_p)]


# Those of a caller in C; an allocator in Python would be no good.
_OPTIONS = {name for name, _ in _Options._fields_} - {"size", "resize",
                                                      "opaque"}


class _Reading(c.Structure):
    _fields_ = [("size", c.c_size_t), ("n_tokens", c.c_uint64),
                ("from_", c.c_uint64), ("n_symbols", c.c_uint64),
                ("n_phrases", c.c_uint64), ("code_bits", c.c_double),
                ("rho", c.c_double), ("eps", c.c_double), ("h", c.c_double),
                ("gain", c.c_double), ("copied", c.c_uint64),
                ("score", c.c_double), ("odds", c.c_double),
                ("stop_at", c.c_uint64), ("cause", c.c_char_p),
                ("memory", c.c_uint64), ("band", c.c_uint32),
                ("vacuous", c.c_uint32), ("last_new", c.c_uint64),
                ("new_after", c.c_uint64), ("resumed_at", c.c_uint64)]


class _Unit(c.Structure):
    _fields_ = [("size", c.c_size_t), ("first", c.c_uint64),
                ("n_tokens", c.c_uint32), ("times", c.c_uint32),
                ("contiguous", c.c_uint32), ("share", c.c_double),
                ("text", c.POINTER(c.c_char)), ("len", c.c_size_t)]


_lib = c.CDLL(os.environ.get("LIBLILSCOPE", "liblilscope.so.1"))
_p, _u32s = c.c_void_p, c.POINTER(c.c_uint32)
for _name, _result, _args in (
        ("options_init", None, (c.POINTER(_Options), c.c_size_t)),
        ("options_check", c.c_int, (c.POINTER(_Options),
                                    c.POINTER(c.c_char_p))),
        ("create", c.c_int, (c.POINTER(_p), c.POINTER(_Options))),
        ("destroy", None, (_p,)), ("reset", c.c_int, (_p,)),
        ("push", c.c_int, (_p, c.c_uint32, c.c_char_p, c.c_size_t)),
        ("push_ids", c.c_int, (_p, _u32s, c.c_size_t)),
        ("push_bytes", c.c_int, (_p, c.c_char_p, c.c_size_t)),
        ("push_each", c.c_size_t, (c.POINTER(_p), _u32s, c.c_size_t,
                                   c.POINTER(c.c_int))),
        ("flush", c.c_int, (_p,)), ("pop", c.c_int, (_p, c.c_size_t)),
        ("poppable", c.c_size_t, (_p,)), ("n_tokens", c.c_uint64, (_p,)),
        ("stop_at", c.c_uint64, (_p,)),
        ("read", c.c_int, (_p, c.POINTER(_Reading))),
        ("entropy", c.c_int, (_p, c.POINTER(c.c_double),
                              c.POINTER(c.c_double))),
        ("unit", c.c_int, (_p, c.POINTER(_Unit))),
        ("save", c.c_int, (_p, c.c_char_p, c.c_size_t,
                           c.POINTER(c.c_size_t))),
        ("restore", c.c_int, (c.POINTER(_p), c.c_char_p, c.c_size_t,
                              c.POINTER(_Options))),
        ("message", c.c_char_p, (_p,)),
        ("band_name", c.c_char_p, (c.c_uint32,)),
        ("strerror", c.c_char_p, (c.c_int,)),
        ("rule_name", c.c_char_p, (c.c_size_t,)),
        ("version", c.c_char_p, ())):
    _f = getattr(_lib, "lilscope_" + _name)
    _f.restype, _f.argtypes = _result, _args


class Error(Exception):
    """A code below 0, and its sentence."""

    def __init__(self, code, message):
        super().__init__(message or _lib.lilscope_strerror(code).decode())
        self.code = code


def _whole(value, most, what):
    """An integer up to most: of any other ctypes takes the low bits."""
    value = operator.index(value)
    if not 0 <= value <= most:
        raise ValueError("%d is no %s: 0 to %d" % (value, what, most))
    return value


def _id(id):
    return _whole(id, NO_ID, "id")


def _ids(ids):
    """A pointer to 32-bit ids, their number, and what keeps them alive."""
    if getattr(ids, "ndim", 1) != 1:
        raise ValueError("ids of %d dimensions, not of one" % ids.ndim)
    if hasattr(ids, "ctypes") and str(ids.dtype) == "uint32" \
            and ids.flags.c_contiguous:
        return ids.ctypes.data_as(_u32s), ids.size, ids
    array = (c.c_uint32 * len(ids))(*map(_id, ids))
    return array, len(ids), array


class Stream:
    """One generation. Options are those of struct lilscope_options."""

    def __init__(self, _saved=None, **options):
        self._l = _p()
        o, why = _Options(), c.c_char_p()
        _lib.lilscope_options_init(o, c.sizeof(o))
        for name, value in options.items():
            if name not in _OPTIONS:
                raise TypeError("no option " + name)
            value = value.encode() if isinstance(value, str) else value
            setattr(o, name, value)
            if getattr(o, name) != value:  # ctypes took its low bits
                raise ValueError("%s can't be %r" % (name, value))
        if _lib.lilscope_options_check(o, why) < 0:
            raise ValueError(why.value.decode())
        self._check(_lib.lilscope_restore(self._l, _saved, len(_saved), o)
                    if _saved is not None else
                    _lib.lilscope_create(self._l, o))

    def __reduce_ex__(self, protocol):
        """Neither copied nor pickled: two would free one stream."""
        raise TypeError("a Stream is not copied: restore(stream.save()) makes "
                        "another")

    def __del__(self):
        if getattr(self, "_l", None):
            _lib.lilscope_destroy(self._l)

    def _check(self, code):
        if code < 0:
            raise Error(code, _lib.lilscope_message(self._l).decode()
                        if self._l else "")
        return code == 1

    def push(self, id=NO_ID, text=None):
        """One token; has the rule stopped?"""
        if isinstance(text, str):
            text = text.encode()
        return self._check(_lib.lilscope_push(self._l, _id(id), text,
                                              len(text or b"")))

    def push_ids(self, ids):
        """Many tokens without text; has the rule stopped?"""
        at, n, _keep = _ids(ids)
        return self._check(_lib.lilscope_push_ids(self._l, at, n))

    def push_bytes(self, text):
        """Text however it is cut; flush() at its end."""
        if isinstance(text, str):
            text = text.encode()
        return self._check(_lib.lilscope_push_bytes(self._l, text, len(text)))

    def flush(self):
        return self._check(_lib.lilscope_flush(self._l))

    def pop(self, n):
        """Takes n tokens back; has the rule stopped before them?"""
        n = _whole(n, SIZE_MAX, "number of tokens")
        return self._check(_lib.lilscope_pop(self._l, n))

    def reset(self):
        self._check(_lib.lilscope_reset(self._l))

    @property
    def poppable(self):
        return _lib.lilscope_poppable(self._l)

    @property
    def n_tokens(self):
        return _lib.lilscope_n_tokens(self._l)

    @property
    def stop_at(self):
        """Tokens at the stop, or None."""
        at = _lib.lilscope_stop_at(self._l)
        return None if at == NEVER else at

    def read(self):
        """struct lilscope_reading as a dict; None is no token, or no cause."""
        r = _Reading(size=c.sizeof(_Reading))
        self._check(_lib.lilscope_read(self._l, r))
        d = {name.rstrip("_"): getattr(r, name)
             for name, _ in _Reading._fields_[1:]}
        for name in "stop_at", "last_new", "new_after", "resumed_at":
            d[name] = None if d[name] == NEVER else d[name]
        d["cause"] = d["cause"].decode() if d["cause"] else None
        d["band"] = _lib.lilscope_band_name(r.band).decode()
        d["vacuous"] = bool(r.vacuous)
        return d

    def entropy(self):
        rate, error = c.c_double(), c.c_double()
        self._check(_lib.lilscope_entropy(self._l, rate, error))
        return rate.value, error.value

    def unit(self):
        """What is said again and again, as a dict, or None."""
        u = _Unit(size=c.sizeof(_Unit))
        self._check(_lib.lilscope_unit(self._l, u))
        if not u.times:
            return None
        return {"first": u.first, "n_tokens": u.n_tokens, "times": u.times,
                "contiguous": bool(u.contiguous), "share": u.share,
                "text": u.text[:u.len].decode(errors="replace")
                if u.text else None}

    def save(self):
        n = c.c_size_t()
        self._check(_lib.lilscope_save(self._l, None, 0, n))
        bytes_ = c.create_string_buffer(n.value)
        self._check(_lib.lilscope_save(self._l, bytes_, n.value, n))
        return bytes_.raw


def restore(saved, **options):
    """A stream from what save() gave, with its options; of its own: memory_max."""
    for name in options:
        if name != "memory_max":
            raise TypeError("a saved stream has its own " + name)
    return Stream(_saved=bytes(memoryview(saved)), **options)


def push_each(streams, ids):
    """One token for each stream (or None): a list of their codes."""
    n = len(streams)
    at, n_ids, _keep = _ids(ids)
    if n_ids != n:
        raise ValueError("%d ids for %d streams" % (n_ids, n))
    handles = (_p * n)(*(s._l if s else None for s in streams))
    codes = (c.c_int * n)()
    _lib.lilscope_push_each(handles, at, n, codes)
    return list(codes)


def rules():
    names, i = [], 0
    while _lib.lilscope_rule_name(i):
        names.append(_lib.lilscope_rule_name(i).decode())
        i += 1
    return names


def version():
    return _lib.lilscope_version().decode()
