"""tiles save arithmetic:
what is fetched once is still multiplied as often as before"""

answers = {
    "counted(8).flops": 1024,
}
