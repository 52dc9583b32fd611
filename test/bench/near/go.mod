module near

go 1.17
