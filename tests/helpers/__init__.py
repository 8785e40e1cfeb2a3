"""What tests of several rooms share: people, files made of them, and how a command is called and looked at."""
