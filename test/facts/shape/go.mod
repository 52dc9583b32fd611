module snug/shape

go 1.17
