"""Where everything that must survive a restart is kept.

``tables`` says what is kept, why and how long; one module for each noun reads and writes its tables; ``ledger``
puts them together and ``storage`` runs units of work on them. The databases themselves are behind ``engine``.
"""
