package main

import (
	"github.com/imagefleet/imagefleet/sdk/go/imagefleet"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		var sshKeys []string
		config.New(ctx, "").RequireObject("sshKeys", &sshKeys)

		image, err := imagefleet.NewCustomImage(ctx, "web", &imagefleet.CustomImageArgs{
			Source:  imagefleet.ImageImportSourceArgs{Url: pulumi.String("https://images.example.com/web-1.4.2.qcow2.gz")},
			Regions: []string{"nyc3", "ams3"},
		})
		if err != nil {
			return err
		}
		fleet, err := imagefleet.NewDropletFleet(ctx, "web", &imagefleet.DropletFleetArgs{
			Image:   image.ImageIds.MapIndex(pulumi.String("ams3")),
			Region:  "ams3",
			Size:    pulumi.String("s-1vcpu-1gb"),
			Count:   pulumi.Int(3),
			SshKeys: pulumi.ToStringArray(sshKeys),
		})
		if err != nil {
			return err
		}
		ctx.Export("addresses", fleet.Addresses)
		return nil
	})
}
