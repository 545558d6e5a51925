"""Secrets this process has sent (tokens, keys, signatures, passwords), found again in any text.

A cloud that refuses a call may tell it back: AWS' SignatureDoesNotMatch holds the canonical request
with the session token in it, S3's the same once more as bytes in hex. So whatever was sent as a
credential is remembered, and found plain, URL-encoded, in base64 or in hex, split over lines, in
either case, and cut off by the end of the text.

All forms are compared by their letters and digits alone, and by the bytes of what is not ASCII:
what escapes, quotes, wraps or pads a secret is neither.
"""
