"""The names in genuine frames, each with the word for it in the rebuild.

Other names are foreign: they become stand-ins that store nothing. All versions of pandas from 0.25, numpy 1 and
2, and Python from 3.7 are supported. Objects have moved between modules, so most words have several names.
"""

_SPELLINGS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    # word, modules, names: each module may hold each name
    ("dict", ("=",), ("dict",)),  # written by ``scan`` in place of each dict
    ("reconstructor", ("copyreg", "copy_reg"), ("_reconstructor",)),
    ("object", ("builtins", "__builtin__"), ("object",)),
    ("getattr", ("builtins", "__builtin__"), ("getattr",)),
    ("slice", ("builtins", "__builtin__"), ("slice",)),
    ("bytes", ("builtins", "__builtin__"), ("bytes", "bytearray")),
    ("encode", ("_codecs",), ("encode",)),
    ("partial", ("functools",), ("partial",)),
    # numpy
    ("ndarray", ("numpy", "pandas.core.indexes.frozen"), ("ndarray", "FrozenNDArray")),
    ("dtype", ("numpy",), ("dtype",)),
    ("array", ("numpy.core.multiarray", "numpy._core.multiarray"), ("_reconstruct",)),
    ("buffer_array", ("numpy.core.numeric", "numpy._core.numeric"), ("_frombuffer",)),
    ("numpy_scalar", ("numpy.core.multiarray", "numpy._core.multiarray"), ("scalar",)),
    # the frame and its blocks
    ("frame", ("pandas", "pandas.core.frame"), ("DataFrame",)),
    ("manager", ("pandas.core.internals.managers",), ("BlockManager",)),
    ("block", ("pandas._libs.internals", "pandas.core.internals.blocks"), ("_unpickle_block", "new_block")),
    # indexes
    ("new_index", ("pandas.core.indexes.base",), ("_new_Index",)),
    ("new_index", ("pandas.core.indexes.datetimes",), ("_new_DatetimeIndex",)),
    ("index", ("pandas", "pandas.core.indexes.base"), ("Index",)),
    ("index", ("pandas.core.indexes.numeric",), ("Int64Index", "UInt64Index", "Float64Index")),
    ("index", ("pandas", "pandas.core.indexes.datetimes"), ("DatetimeIndex",)),
    ("index", ("pandas", "pandas.core.indexes.category"), ("CategoricalIndex",)),
    ("range_index", ("pandas", "pandas.core.indexes.range"), ("RangeIndex",)),
    ("multi_index", ("pandas", "pandas.core.indexes.multi"), ("MultiIndex",)),
    # extension arrays
    ("backed_array", ("pandas._libs.arrays",), ("__pyx_unpickle_NDArrayBacked",)),
    ("datetime_array", ("pandas.arrays", "pandas.core.arrays.datetimes"), ("DatetimeArray",)),
    ("string_array", ("pandas.arrays", "pandas.core.arrays.string_"), ("StringArray", "StringArrayNumpySemantics")),
    ("categorical", ("pandas", "pandas.core.arrays.categorical"), ("Categorical",)),
    ("masked_array", ("pandas.arrays",), ("IntegerArray", "FloatingArray", "BooleanArray")),
    ("masked_array", ("pandas.core.arrays.integer",), ("IntegerArray",)),
    ("masked_array", ("pandas.core.arrays.floating",), ("FloatingArray",)),
    ("masked_array", ("pandas.core.arrays.boolean",), ("BooleanArray",)),
    ("arrow_array", ("pandas.arrays", "pandas.core.arrays.string_arrow"), ("ArrowStringArray",)),
    ("arrow_array", ("pandas.arrays", "pandas.core.arrays.string_arrow"), ("ArrowStringArrayNumpySemantics",)),
    ("arrow_array", ("pandas.arrays", "pandas.core.arrays.arrow.array"), ("ArrowExtensionArray",)),
    # their dtypes
    ("string_dtype", ("pandas", "pandas.core.arrays.string_"), ("StringDtype",)),
    ("zoned_dtype", ("pandas", "pandas.core.dtypes.dtypes"), ("DatetimeTZDtype",)),
    ("categorical_dtype", ("pandas", "pandas.core.dtypes.dtypes"), ("CategoricalDtype",)),
    ("arrow_dtype", ("pandas", "pandas.core.dtypes.dtypes", "pandas.core.arrays.arrow.dtype"), ("ArrowDtype",)),
    ("masked_dtype", ("pandas", "pandas.core.arrays.boolean"), ("BooleanDtype",)),
    ("masked_dtype", ("pandas", "pandas.core.arrays.floating"), ("Float32Dtype", "Float64Dtype")),
    (
        "masked_dtype",
        ("pandas", "pandas.core.arrays.integer"),
        tuple(f"{sign}Int{bits}Dtype" for sign in ("", "U") for bits in (8, 16, 32, 64)),
    ),
    # pyarrow
    ("arrow_chunks", ("pyarrow.lib",), ("chunked_array",)),
    ("arrow_chunk", ("pyarrow.lib",), ("_restore_array",)),
    ("arrow_buffer", ("pyarrow.lib",), ("py_buffer",)),
    ("arrow_type", ("pyarrow.lib",), ("type_for_alias",)),
    ("arrow_timestamp", ("pyarrow.lib",), ("timestamp",)),
    # cells
    ("missing", ("pandas", "pandas._libs.missing"), ("NA",)),
    ("nat", ("pandas._libs.tslibs.nattype",), ("__nat_unpickle", "_nat_unpickle")),
    ("timestamp", ("pandas._libs.tslibs.timestamps",), ("Timestamp", "_unpickle_timestamp")),
    ("decimal", ("decimal",), ("Decimal",)),
    ("date", ("datetime",), ("date",)),
    ("datetime", ("datetime",), ("datetime",)),
    # time zones
    ("timedelta", ("datetime",), ("timedelta",)),
    ("timezone", ("datetime",), ("timezone",)),
    ("utc", ("pytz",), ("_UTC",)),
    ("utc", ("dateutil.tz.tz",), ("tzutc",)),
    ("pytz_zone", ("pytz",), ("_p",)),
    ("pytz_offset", ("pytz",), ("FixedOffset",)),
    ("zone_info", ("zoneinfo",), ("ZoneInfo",)),
    ("dateutil_offset", ("dateutil.tz.tz",), ("tzoffset",)),
    ("dateutil_zone", ("dateutil.tz.tz",), ("tzfile",)),
    ("dateutil_zone", ("dateutil.tz._tzfile",), ("_unpickle",)),
    # frequencies of an index, which is dropped
    (
        "offset",
        ("pandas._libs.tslibs.offsets", "pandas.tseries.offsets"),
        (
            *("Nano", "Micro", "Milli", "Second", "Minute", "Hour", "Day", "Week"),
            *("BusinessDay", "BDay", "MonthBegin", "MonthEnd", "BusinessMonthBegin", "BusinessMonthEnd"),
            *("QuarterBegin", "QuarterEnd", "YearBegin", "YearEnd"),
        ),
    ),
)

FOREIGN = "foreign"
"""The word for every name that is not in the table."""

NAMES = {(module, name): word for word, modules, names in _SPELLINGS for module in modules for name in names}
