"""05 Loops: who is read, and how often
Predict, lesson 2, 5 blanks, 2 minutes.

The three loops of lesson 2 multiply a (2, 3) matrix by a (3, 5) matrix. The program
counts what they do. Run nothing yet: put your numbers in place of the dots.

                           b   0   1   2   3   4
                              10  11  12  13  14
                              20  21  22  23  24
        a   0   1   2     c    .   .   .   .   .
           10  11  12          .   .   .   .   .
"""

m, k, n = 2, 3, 5
a = [[10 * row + inner for inner in range(k)] for row in range(m)]
b = [[10 * inner + col for col in range(n)] for inner in range(k)]
c = [[0] * n for _ in range(m)]
multiplications = additions = numbers_read = 0
read_a = [[0] * k for _ in range(m)]  # how often each number of a was read
read_b = [[0] * n for _ in range(k)]  # and each of b
for row in range(m):
    for col in range(n):
        for inner in range(k):
            c[row][col] += a[row][inner] * b[inner][col]
            multiplications += 1
            additions += 1
            read_a[row][inner] += 1
            read_b[inner][col] += 1
            numbers_read += 2  # one of a and one of b

answers = {
    "multiplications": ...,
    "multiplications + additions": ...,
    "read_a[1][2]": ...,
    "read_b[2][4]": ...,
    "numbers_read": ...,
}
