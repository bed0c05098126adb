// Command drive drives the client as a user would, and prints a JSON line for each step: what was seen, and if that is
// right.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"sort"
	"strings"

	"example.com/syncano"
	"example.com/syncano/examples/usage"
)

const (
	odd      = "Zoë 你好 🐺 \\\"'"
	password = "pässword-🗝"
)

func tell(step string, passed bool, seen string) {
	line, _ := json.Marshal(map[string]any{"step": step, "passed": passed, "seen": seen})
	fmt.Println(string(line))
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func refused(step string, status int, err error) {
	var found usage.Refused
	is := errors.As(err, &found)
	tell(step, is && found.Status == status && found.Reason != nil && found.Reason.Detail != "", fmt.Sprint(err))
}

func extra(members ...map[string]any) string {
	names := []string{}
	for _, each := range members {
		for name := range each {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}

func main() {
	user := must(usage.Add("ciri", password))
	tell("add", user.Id > 0 && user.Username == "ciri", fmt.Sprintf("user %d, %s", user.Id, user.Username))
	found := must(usage.Details(user.UserKey))
	tell("details", found.Id == user.Id, fmt.Sprintf("user %d", found.Id))
	updated := must(usage.Update(user, odd, password))
	tell("update", updated.Id == user.Id && updated.Username != "ciri", updated.Username)
	again := must(usage.ResetKey(user))
	tell("reset", again.Id == user.Id && again.UserKey != user.UserKey, "another key")
	_, err := usage.Details(user.UserKey)
	refused("old key", 403, err)
	refusals(again)

	profile := must(usage.Details(again.UserKey)).Profile
	nulls := profile.Group == nil && profile.Channel == nil && profile.ChannelRoom == nil
	tell("null", nulls, fmt.Sprint(profile.Group, profile.Channel, profile.ChannelRoom))
	name := must(usage.Details(again.UserKey)).Username
	tell("unicode", name == odd, name)
	patience()
	members := extra(found.AdditionalProperties, found.Profile.AdditionalProperties, found.Links.AdditionalProperties)
	tell("extra members", true, members)
}

func refusals(user *syncano.User) {
	apiKey := os.Getenv("SYNCANO_API_KEY")
	_, err := usage.Add("", "")
	var blank usage.Refused
	is := errors.As(err, &blank) && blank.Status == 400 && blank.Validation != nil
	seen := fmt.Sprint(err)
	if is {
		seen = fmt.Sprint(blank.Validation.Username, blank.Validation.Password)
		is = len(blank.Validation.Username) > 0 && len(blank.Validation.Password) > 0
	}
	tell("400", is, seen)
	refused("403", 403, detailsAt(usage.Instance, "none", user.UserKey))
	refused("404", 404, detailsAt("no-such", apiKey, user.UserKey))
	err = detailsAt("moved", apiKey, user.UserKey)
	tell("redirect", err != nil, fmt.Sprint(err))
}

func detailsAt(instance, apiKey, userKey string) error {
	_, response, err := at(instance, apiKey, userKey).Execute()
	return usage.Refusal(response, err)
}

func at(instance, apiKey, userKey string) syncano.ApiGetUserDetailsRequest {
	ctx := syncano.WithKeys(context.Background(), apiKey, userKey)
	return syncano.Connect(os.Getenv("SYNCANO_URL")).UserAPI.GetUserDetails(ctx, instance)
}

func patience() {
	apiKey, userKey := os.Getenv("SYNCANO_OTHER_API_KEY"), os.Getenv("SYNCANO_OTHER_USER_KEY")
	user, response, err := usage.Patiently(at(os.Getenv("SYNCANO_OTHER_INSTANCE"), apiKey, userKey).Execute)
	tell("429", err == nil && user.Id > 0, response.Status)
}
