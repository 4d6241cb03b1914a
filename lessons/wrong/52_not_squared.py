"""distances are added up as they are, and not their squares"""

answers = {
    "second_inertia": 11.0,
}
