"""The innermost line runs m * k * n = 2 * 3 * 5 = 30 times, and each time multiplies
once and adds once: 2 * m * k * n = 60 operations. A number of a meets every column of
b, of which there are n = 5; a number of b meets every row of a, of which there are
m = 2. Each multiplication reads two numbers, 60 in all, though a and b together have
only 6 + 15 = 21. Lesson 7 is about reading them less often.
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
    "multiplications": 30,
    "multiplications + additions": 60,
    "read_a[1][2]": 5,
    "read_b[2][4]": 2,
    "numbers_read": 60,
}
