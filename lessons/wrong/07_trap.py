"""five numbers and a column of five are taken to meet one by one"""

answers = {
    "(guesses - hidden).shape": (5,),
}
