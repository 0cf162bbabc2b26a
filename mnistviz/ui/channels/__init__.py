"""Parts of the page How many channels?"""
