// Generates the SDKs of the resource plugin with Pulumi's own generators, those that `pulumi package gen-sdk` calls in the language hosts.
//
//	go run ./sdks SCHEMA FOLDER
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen/dotnet"
	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "pulumi-connection-decision"

var languages = map[string]func(*schema.Package) (map[string][]byte, error){
	"dotnet": func(pkg *schema.Package) (map[string][]byte, error) {
		return dotnet.GeneratePackage(tool, pkg, nil, nil)
	},
	"go": func(pkg *schema.Package) (map[string][]byte, error) {
		return golang.GeneratePackage(tool, pkg, nil)
	},
	"nodejs": func(pkg *schema.Package) (map[string][]byte, error) {
		files, err := nodejs.GeneratePackage(tool, pkg, nil, nil, false, nil)
		return fromFolders(files), err
	},
	"python": func(pkg *schema.Package) (map[string][]byte, error) {
		return python.GeneratePackage(tool, pkg, nil, nil)
	},
}

// root is an import of the package's root, as the Node.js generator of 3.220.0 writes it.
var root = regexp.MustCompile(`from "\./(utilities|types/(?:input|output|enums))"`)

// fromFolders corrects the imports of files in folders. The generator takes the parent of what filepath.Rel says, "../."; newer releases
// of Go, such as 1.26, say "..".
func fromFolders(files map[string][]byte) map[string][]byte {
	for name, content := range files {
		if depth := strings.Count(name, "/"); depth > 0 {
			files[name] = root.ReplaceAll(content, []byte(`from "`+strings.Repeat("../", depth)+`$1"`))
		}
	}
	return files
}

// logo answers what the .NET generator downloads, the logo of the package: an empty picture, without a network.
type logo struct{}

func (logo) RoundTrip(request *http.Request) (*http.Response, error) {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewNRGBA(image.Rect(0, 0, 64, 64))); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(&picture), Request: request}, nil
}

func main() {
	http.DefaultTransport = logo{}
	if err := generate(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate(schemaFile, folder string) error {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		return err
	}
	for language, generator := range languages {
		files, err := sdk(text, generator)
		if err != nil {
			return fmt.Errorf("%s: %w", language, err)
		}
		if err := write(filepath.Join(folder, language), files); err != nil {
			return err
		}
	}
	return nil
}

// sdk binds the schema anew: each generator writes into the package it is given.
func sdk(text []byte, generator func(*schema.Package) (map[string][]byte, error)) (map[string][]byte, error) {
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, err
	}
	pkg, diagnostics, err := schema.BindSpec(spec, nil, schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	// Warnings, too: nobody reads them later.
	if len(diagnostics) > 0 {
		return nil, diagnostics
	}
	return generator(pkg)
}

func write(folder string, files map[string][]byte) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	for name, content := range files {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
