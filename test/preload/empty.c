/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A preload object that does nothing: what the loader alone costs.
 */
__attribute__((constructor)) static void enter(void)
{
}
