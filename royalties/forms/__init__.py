"""What is told of money, field by field; knows no books, and nothing of how an answer is made."""
