"""the table does not count: it is an array in global memory like the others"""

answers = {
    "one.global_loads": 200,
    "one.global_stores": 10,
}
