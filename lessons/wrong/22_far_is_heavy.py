"""far points are thought to weigh more than near ones: exp makes a large distance a small weight"""

answers = {
    "weights[0, 0].item()": 0.0,
    "weights[1].argmax().item()": 0,
}
