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
	config := syncano.NewConfiguration()
	config.Servers = syncano.ServerConfigurations{{URL: os.Getenv("SYNCANO_URL")}}
	keys := map[string]syncano.APIKey{"ApiKey": {Key: os.Getenv("SYNCANO_API_KEY")}}
	ctx := context.WithValue(context.Background(), syncano.ContextAPIKeys, keys)
	users := syncano.NewAPIClient(config).UsersAPI
	credentials := syncano.NewCredentials("yennefer", os.Getenv("SYNCANO_PASSWORD"))
	user, _, err := users.AddUser(ctx, os.Getenv("SYNCANO_INSTANCE")).Credentials(*credentials).Execute()
	// [end]
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s is user %d\n", user.Username, user.Id)
}
