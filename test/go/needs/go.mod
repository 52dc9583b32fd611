module snug.test/needs

go 1.17
