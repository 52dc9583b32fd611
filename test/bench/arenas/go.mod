module arenas

go 1.17
