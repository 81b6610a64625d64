"""What a person is asked for who sets the server up in an AI client."""

# By the variable in which the program finds it: what it is called, what it is, and whether it is a secret.
ASKED = {
    "CONNECTWISE_API_URL": ("Address of the API", "of your ConnectWise site, as a browser shows it", False),
    "CONNECTWISE_COMPANY_ID": ("Company", "the company you log in with", False),
    "CONNECTWISE_PUBLIC_KEY": ("Public key", "of an API member of yours", True),
    "CONNECTWISE_PRIVATE_KEY": ("Private key", "of the same API member", True),
    "CONNECTWISE_CLIENT_ID": ("Client id", "from developer.connectwise.com", True),
}
