// Writes the SDKs that Pulumi's own generators make of a schema: `generate SCHEMA FOLDER`.
package main

import (
	"encoding/json"
	"os"
	"path/filepath"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// The schema refers to no other package, so nothing is loaded.
var noLoader = struct{ schema.ReferenceLoader }{}

func main() {
	var spec schema.PackageSpec
	must(json.Unmarshal(must1(os.ReadFile(os.Args[1])), &spec))
	bound, diagnostics, err := schema.BindSpec(spec, noLoader, schema.ValidationOptions{})
	must(err)
	if len(diagnostics) > 0 {
		panic(diagnostics.Error())
	}
	write("nodejs", must1(nodejs.GeneratePackage("imagefleet", bound, nil, nil, true, noLoader)))
	write("python", must1(python.GeneratePackage("imagefleet", bound, nil, noLoader)))
	write("go", must1(golang.GeneratePackage("imagefleet", bound, nil)))
}

func write(language string, files map[string][]byte) {
	for name, text := range files {
		file := filepath.Join(os.Args[2], language, name)
		must(os.MkdirAll(filepath.Dir(file), 0o755))
		must(os.WriteFile(file, text, 0o644))
	}
}

func must1[T any](value T, err error) T {
	must(err)
	return value
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
