module example.com/syncano

go 1.23
