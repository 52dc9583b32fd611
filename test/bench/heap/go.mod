module heap

go 1.17
