"""a reshape is always a view: is there one stride that goes down one column after another?"""

answers = {
    "turned[5].item()": 99,
}
