// Package usage shows how to call the API, to tell its refusals apart, and to wait where it asks for that.
package usage

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"

	"example.com/syncano"
)

// [authenticate]

// Instance is the one whose users are meant.
var Instance = os.Getenv("SYNCANO_INSTANCE")

var api = syncano.Connect(os.Getenv("SYNCANO_URL"))

func with(userKey string) context.Context {
	return syncano.WithKeys(context.Background(), os.Getenv("SYNCANO_API_KEY"), userKey)
}

// [calls]

func Add(name, password string) (*syncano.User, error) {
	credentials := syncano.NewCredentials(name, password)
	user, response, err := api.UsersAPI.AddUser(with(""), Instance).Credentials(*credentials).Execute()
	return user, Refusal(response, err)
}

func Details(userKey string) (*syncano.User, error) {
	user, response, err := api.UserAPI.GetUserDetails(with(userKey), Instance).Execute()
	return user, Refusal(response, err)
}

func Update(user *syncano.User, name, password string) (*syncano.User, error) {
	call := api.UsersAPI.UpdateUser(with(user.UserKey), Instance, user.Id)
	updated, response, err := call.Credentials(*syncano.NewCredentials(name, password)).Execute()
	return updated, Refusal(response, err)
}

func ResetKey(user *syncano.User) (*syncano.User, error) {
	reset, response, err := api.UsersAPI.ResetUserKey(with(user.UserKey), Instance, user.Id).Execute()
	return reset, Refusal(response, err)
}

// [errors]

// Refused is an answer other than a success: Status tells programs why. Of the others one is set at most: Reason for a
// sentence, Validation for what is wrong with which member of the body.
type Refused struct {
	Status     int
	Reason     *syncano.Error
	Validation *syncano.ValidationErrors
}

func (refused Refused) Error() string {
	if refused.Reason != nil {
		return fmt.Sprintf("%d: %s", refused.Status, refused.Reason.Detail)
	}
	return strconv.Itoa(refused.Status)
}

// Refusal makes a Refused of what the API refused, and returns any other error as it is.
func Refusal(response *http.Response, err error) error {
	var failed *syncano.GenericOpenAPIError
	if !errors.As(err, &failed) || response == nil {
		return err
	}
	switch body := failed.Model().(type) {
	case syncano.Refusal: // 400
		return Refused{response.StatusCode, body.Error, body.ValidationErrors}
	case syncano.Error: // 403 and 404
		return Refused{Status: response.StatusCode, Reason: &body}
	default:
		return Refused{Status: response.StatusCode}
	}
}

// [retry]

// Patiently calls, and where there were too many requests (429) it waits as long as Retry-After says and calls again.
func Patiently[T any](call func() (T, *http.Response, error)) (T, *http.Response, error) {
	for tries := 1; ; tries++ {
		result, response, err := call()
		if response == nil || response.StatusCode != http.StatusTooManyRequests || tries == 5 {
			return result, response, err
		}
		seconds, invalid := strconv.Atoi(response.Header.Get("Retry-After"))
		if invalid != nil {
			seconds = 1
		}
		time.Sleep(time.Duration(seconds) * time.Second)
	}
}
