// SPDX-License-Identifier: LGPL-2.1-or-later

// Package v1 has the names of client-go's, which is a thousand times as large.
package v1

type Client struct{ host string }

func (c *Client) Create(name string) { println("v1", c.host, name) }

//go:noinline
func NewForConfig(host string) *Client { return &Client{host} }
