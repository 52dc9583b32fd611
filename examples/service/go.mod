module snug.example/service

go 1.21
