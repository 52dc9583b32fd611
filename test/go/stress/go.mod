module stress

go 1.17
