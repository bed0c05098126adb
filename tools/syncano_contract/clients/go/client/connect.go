package syncano

import (
	"context"
	"net/http"
)

// Connect returns a client of the API at a base URL. It follows no redirect, as that would take the keys along.
func Connect(url string) *APIClient {
	config := NewConfiguration()
	config.Servers = ServerConfigurations{{URL: url}}
	config.HTTPClient = &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return NewAPIClient(config)
}

// WithKeys returns a context that has the key of the instance, and that of a user unless it is empty.
func WithKeys(ctx context.Context, apiKey, userKey string) context.Context {
	keys := map[string]APIKey{"ApiKey": {Key: apiKey}}
	if userKey != "" {
		keys["UserKeyHeader"] = APIKey{Key: userKey}
	}
	return context.WithValue(ctx, ContextAPIKeys, keys)
}
