/**
 * {@link dev.ila.house.HouseTest} and its neighbours hold the repository itself together: lists,
 * versions, packages. No behaviour of the library is tested here.
 */
package dev.ila.house;
