// A reader's and an editor's day with the generated Go client: what it saw, as JSON.
//
//	journey URL KEY ID
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"

	"citable.example/clients/citable"
)

// client asks the API at an address.
func client(url string) *citable.APIClient {
	configuration := citable.NewConfiguration()
	configuration.Servers = citable.ServerConfigurations{{URL: url}}
	return citable.NewAPIClient(configuration)
}

// must is the answer of a call that has to succeed.
func must[Answer any](answer *Answer, response *http.Response, err error) (*Answer, *http.Response) {
	if err != nil {
		log.Fatal(err)
	}
	return answer, response
}

// problem is what a call that has to fail was told.
func problem[Problem any](err error) Problem {
	var told *citable.GenericOpenAPIError
	if !errors.As(err, &told) {
		log.Fatalf("no problem: %v", err)
	}
	found, is := told.Model().(Problem)
	if !is {
		log.Fatalf("another problem: %v %s", err, told.Body())
	}
	return found
}

// listed is the ids of all claims of the curated set, a page at a time.
func listed(ctx context.Context, api *citable.APIClient) (ids []string) {
	ask := api.ClaimsAPI.ListClaims(ctx).AsOf("175").Sort(citable.SORT_ID).Limit(50)
	for {
		page, _ := must(ask.Execute())
		for _, claim := range page.Items {
			ids = append(ids, claim.Id)
		}
		next, more := page.GetNextOk()
		if !more || next == nil {
			return ids
		}
		ask = ask.Cursor(*next)
	}
}

// found is the best match of a search.
func found(ctx context.Context, api *citable.APIClient) map[string]any {
	page, _ := must(api.ClaimsAPI.ListClaims(ctx).Q("10 billion downloads").Limit(1).Execute())
	claim := page.Items[0]
	return map[string]any{"id": claim.Id, "value": claim.Quantity.GetValue(), "status": claim.Verification.Status}
}

// repeated is the status of asking for a claim that is held already.
func repeated(ctx context.Context, api *citable.APIClient) int {
	_, first := must(api.ClaimsAPI.GetClaim(ctx, "cn-ai-firms-6200").Execute())
	again := api.ClaimsAPI.GetClaim(ctx, "cn-ai-firms-6200").IfNoneMatch(first.Header.Get("ETag"))
	_, response, _ := again.Execute()
	return response.StatusCode
}

// draft is a claim to publish.
func draft(id string, value string) citable.ClaimInput {
	quantity := citable.NewQuantityInput("cranes")
	quantity.SetValue(value)
	statement := fmt.Sprintf("Harbours run %s automated cranes.", value)
	return *citable.NewClaimInput(statement, *quantity, "automated-cranes", "WORLD", "Port Register", id)
}

// edited is a claim created, revised, revised once more by someone who did not look, and read as it was first.
func edited(ctx context.Context, api *citable.APIClient, id string, day map[string]any) {
	once := api.EditingAPI.CreateClaim(ctx).ClaimInput(draft(id, "4100")).IdempotencyKey(fmt.Sprintf("%q", id))
	created, response := must(once.Execute())
	quantity := citable.NewQuantityPatch()
	quantity.SetValue("4200")
	patch := citable.NewClaimPatch()
	patch.SetQuantity(*quantity)
	patch.SetStatement("Harbours run 4200 automated cranes.")
	change := api.EditingAPI.ReviseClaim(ctx, id).IfMatch(response.Header.Get("ETag")).ClaimPatch(*patch)
	revised, _ := must(change.Execute())
	_, refusal, err := change.Execute()
	stale := problem[citable.MismatchProblem](err)
	before, _ := must(api.ClaimsAPI.GetClaim(ctx, id).AsOf(fmt.Sprint(created.Position)).Execute())
	day["created"] = created.Version
	day["revised"] = []any{revised.Version, revised.Quantity.GetValue()}
	day["stale"] = []any{refusal.StatusCode, stale.Type, stale.Current.Version}
	day["before"] = []any{before.Version, before.Quantity.GetValue()}
}

// refused is what a claim without a readable number is told.
func refused(ctx context.Context, api *citable.APIClient, id string) []any {
	_, _, err := api.EditingAPI.CreateClaim(ctx).ClaimInput(draft(id+"-refused", "many")).Execute()
	told := problem[citable.Problem](err)
	return []any{told.Status, told.Type, told.Errors[0].GetPointer()}
}

func main() {
	url, key, id := os.Args[1], os.Args[2], os.Args[3]
	reader := context.Background()
	editor := context.WithValue(reader, citable.ContextAccessToken, key)
	api := client(url)
	if _, response, _ := api.ClaimsAPI.GetClaim(reader, "no-such-claim").Execute(); response.StatusCode != 404 {
		log.Fatal("a claim that is not there was found")
	}
	day := map[string]any{"listed": listed(reader, api), "found": found(reader, api), "repeated": repeated(reader, api)}
	edited(editor, api, id, day)
	day["refused"] = refused(editor, api, id)
	if err := json.NewEncoder(os.Stdout).Encode(day); err != nil {
		log.Fatal(err)
	}
}
