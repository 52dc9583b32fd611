module snug/facts

go 1.17
