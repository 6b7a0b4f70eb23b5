"""What consultations cost, in values of an answer: by GraphQL and by plain routes alike."""

SEND = START = 1_100_000
"""Of the default limit of 3,000,000, so that one request starts or asks twice at most."""

END = 200_000

READ = 10_000
