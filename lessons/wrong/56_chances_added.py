"""the chances of two tables are added: both may find the point at once"""

answers = {
    "two_tables": 0.5,
}
