// Command example adds a user, and tells of it.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"example.com/syncano"
)

func main() {
	// [example]
	ctx := syncano.WithKeys(context.Background(), os.Getenv("SYNCANO_API_KEY"), "")
	users := syncano.Connect(os.Getenv("SYNCANO_URL")).UsersAPI
	credentials := syncano.NewCredentials("yennefer", os.Getenv("SYNCANO_PASSWORD"))
	user, _, err := users.AddUser(ctx, os.Getenv("SYNCANO_INSTANCE")).Credentials(*credentials).Execute()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s is user %d\n", user.Username, user.Id)
	// [end]
}
