module kinds

go 1.17
