"""shapes are lined up at their first axis"""

answers = {
    "fits(table, table.mean(axis=1))": True,
}
