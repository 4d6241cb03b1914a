"""each row of the table is a share, and the shares of one number are not added"""

answers = {
    "row.grad.tolist()": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
}
