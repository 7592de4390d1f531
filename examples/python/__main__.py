import pulumi
import imagefleet

ssh_keys = pulumi.Config().require_object("sshKeys")

image = imagefleet.CustomImage("web", source={"url": "https://images.example.com/web-1.4.2.qcow2.gz"}, regions=["nyc3", "ams3"])
fleet = imagefleet.DropletFleet("web", image=image.image_ids["ams3"], region="ams3", size="s-1vcpu-1gb", count=3, ssh_keys=ssh_keys)
pulumi.export("addresses", fleet.addresses)
